/** Every stable error code, with what to do about it. The documentation lists the same codes, and a test compares the two. */
export const ERROR_CODES = {
	"FS-POLICY-SIZE": "Split the file; a policy may be at most 256 KiB.",
	"FS-POLICY-DEPTH": "Flatten the file; a policy may nest at most 64 levels.",
	"FS-POLICY-SYNTAX": "Mend the YAML at the place named.",
	"FS-POLICY-VERSION": "Write `version: 1`.",
	"FS-POLICY-KEY": "Correct or remove the key; keys of your own start with `x-`.",
	"FS-POLICY-REQUIRED": "Add the missing key.",
	"FS-POLICY-TYPE": "Write a value of the expected type.",
	"FS-POLICY-RANGE": "Write a value within the range named.",
	"FS-POLICY-VALUE": "Write one of the expected values.",
	"FS-POLICY-DUPLICATE": "Give each one a name of its own.",
	"FS-POLICY-SELECTION": 'Name at least one machine, group or label; `match: "*"` selects every machine.',
	"FS-POLICY-RINGS": "Let every selected machine fall into exactly one ring; percentages add up to at most 100.",
	"FS-POLICY-CRON": "Write a cron line of five fields, such as `0 2 * * sat`.",
	"FS-POLICY-CRON-NEVER": "Choose a date that exists; this cron line never fires.",
	"FS-POLICY-ZONE": "Write an IANA time zone, such as `Europe/Budapest`.",
	"FS-POLICY-WINDOW": "Make the window longer than its cutoff and at most 24 hours long.",
	"FS-POLICY-TIME": "Write an existing date and time with an IANA zone, such as 2026-12-01T08:00[Europe/Budapest].",
	"FS-POLICY-DEADLINE": "Let the deadline come after `available_at`.",
	"FS-POLICY-APPROVAL": "Name at least as many approvers as are required.",
	"FS-POLICY-DETECTION": "Say how to detect the package; a script has no default detection.",
	"FS-CONFIG": "Mend the daemon's configuration at the place named.",
	"FS-INVENTORY": "Mend the inventory at the place named.",
	"FS-ACQUIRE-DIGEST":
		"The file is not the one the policy names. Correct `checksum`, or find out who changed the file, then: fleetseed retry --package DIGEST.",
	"FS-ACQUIRE-SIZE": "The source sent more bytes than it declared. Check the source or name a mirror.",
	"FS-ACQUIRE-HTTP": "The source refused the download. Check `source.url`.",
	"FS-ACQUIRE-NETWORK": "The source could not be reached. Check the uplink, a proxy, or name a mirror.",
	"FS-ACQUIRE-SLOW": "The source was slower than the floor. Name a faster mirror.",
	"FS-ACQUIRE-FILE": "The file could not be read. Check `source.url` and its permissions.",
	"FS-ACQUIRE-DISK": "Free disk space on the controller; the download goes on by itself.",
	"FS-SSH-REFUSED": "Start sshd on the machine, or correct its port. It is tried again.",
	"FS-SSH-TIMEOUT": "Switch the machine on or check the path to it; it is tried again when it announces itself.",
	"FS-SSH-TIMEOUT-BANNER":
		"The port is open and sshd does not speak: look at the machine's load and at what listens there, or restart sshd. It is tried again.",
	"FS-SSH-TIMEOUT-KEX":
		"The connection stalls in the key exchange: check the path for a too small MTU or a filter, and the machine's load. It is tried again.",
	"FS-SSH-TIMEOUT-AUTH":
		"sshd does not answer the login: look at PAM, at name services (UseDNS, LDAP) and at AuthorizedKeysCommand on the machine. It is tried again.",
	"FS-SSH-UNREACHABLE": "Check the network between the controller and the machine. It is tried again.",
	"FS-SSH-NAME": "Correct the machine's address, or let the controller's name server know it. It is tried again.",
	"FS-SSH-BUSY":
		"sshd limits new connections (MaxStartups, PerSourcePenalties); it is tried again. Exempt the controller with PerSourcePenaltyExemptList if it lasts.",
	"FS-SSH-JUMP":
		"Let the machine on the way pass connections on: AllowTcpForwarding and PermitOpen in its sshd_config. It is tried again.",
	"FS-SSH-JUMP-HOSTKEY":
		"The machine on the way shows another key. If it was rebuilt, compare the fingerprint on its console, correct the known_hosts file or approve it anew, and reload. Then: fleetseed retry MACHINE.",
	"FS-SSH-BECOME": "Look at what sudo or doas says on the machine. Then: fleetseed retry MACHINE.",
	"FS-BECOME-MISSING":
		"Install sudo or doas on the machine, or correct `become_method`. Then: fleetseed retry MACHINE.",
	"FS-BECOME-PASSWORD":
		"Name the password by `become_password` in the policy and `credentials` in the daemon's configuration, or write NOPASSWD in sudoers, nopass in doas.conf. Then: fleetseed retry MACHINE.",
	"FS-BECOME-WRONG-PASSWORD":
		"Correct the password that `become_password` names in the daemon's `credentials`. Then: fleetseed retry MACHINE.",
	"FS-BECOME-DENIED":
		"Permit the user in the machine's sudoers or doas.conf to run commands as the other user. Then: fleetseed retry MACHINE.",
	"FS-SSH-AUTH":
		"Add the controller's public key to the user's authorized_keys, and check that the user exists and may log in (AllowUsers, PermitRootLogin). Then: fleetseed retry MACHINE.",
	"FS-SSH-AUTH-FAILURES":
		"Fewer keys: let the SSH agent hold only the one for these machines, or name a private key; or raise MaxAuthTries. Then: fleetseed retry MACHINE.",
	"FS-SSH-PASSWORD":
		"Correct the password that `ssh.password` names in the daemon's `credentials`. Then: fleetseed retry MACHINE.",
	"FS-SSH-METHODS":
		"Give the policy what the machine takes (`ssh.identity_file`, `ssh.password`), or permit what we have in its sshd_config (PubkeyAuthentication, AuthenticationMethods). Then: fleetseed retry MACHINE.",
	"FS-SSH-AGENT":
		"Start the SSH agent that `identity_agent` names, and let the daemon open its socket. Then: fleetseed retry MACHINE.",
	"FS-SSH-NOLOGIN":
		"Remove /etc/nologin on the machine when its maintenance is over, or permit the user in PAM (pam_access). It is tried again.",
	"FS-SSH-EXPIRED":
		"Renew the user's account or password on the machine: chage -E -1 -M -1 USER. Then: fleetseed retry MACHINE.",
	"FS-SSH-SHELL":
		"Give the user a login shell that runs commands (chsh -s /bin/sh USER), and no ForceCommand. Then: fleetseed retry MACHINE.",
	"FS-SSH-SESSIONS":
		"sshd permits no further session on a connection: raise MaxSessions in its sshd_config; it is tried again.",
	"FS-SSH-HOSTKEY":
		"If the machine was rebuilt, compare the fingerprint on its console, then: fleetseed machines approve MACHINE.",
	"FS-SSH-HOSTKEY-REVOKED":
		"The known_hosts file revokes the key that it shows. Give it a new one (ssh-keygen -A), then: fleetseed machines approve MACHINE.",
	"FS-SSH-HOSTKEY-UNKNOWN":
		"Put the key of the machine on the way into the known_hosts file, having compared it on its console: ssh-keyscan ADDRESS. Then: fleetseed retry MACHINE.",
	"FS-SSH-LOST": "Nothing to do: the job goes on at the machine and its result is read when it is back.",
	"FS-SSH-COMMAND-TIMEOUT":
		"A command of ours took too long at the machine: look at its load and disks. It is tried again.",
	"FS-SSH-FLOOD":
		"The machine answers a short command without an end: look at what its shell prints, and at who rules it. It is tried again.",
	"FS-SSH-IDLE":
		"The machine took no byte and sent none for too long: look at the path and at its load. It is tried again.",
	"FS-SSH-STEP-TIMEOUT": "The step as a whole took too long: look at the machine's load. It is tried again.",
	"FS-SSH-PROTOCOL":
		"The machine offers no algorithm that we accept, or no SSH; update its sshd, or correct its port. Then: fleetseed retry MACHINE.",
	"FS-SSH-KEY":
		"Make a key with: fleetseed init; or give the daemon one that it may read. Then: fleetseed retry MACHINE.",
	"FS-SSH-PASSPHRASE":
		"Name the key's passphrase by `ssh.passphrase`, and put it right in the daemon's `credentials`. Then: fleetseed retry MACHINE.",
	"FS-SSH-CONFIG":
		"Mend the ssh_config file at the place named; Include, Match and ProxyCommand are not taken. Then: fleetseed retry MACHINE.",
	"FS-CREDENTIAL-UNKNOWN":
		"Add it to `credentials` in the daemon's configuration, or correct its name in the policy. Then: fleetseed retry MACHINE.",
	"FS-CREDENTIAL-MODE":
		"Let nobody but its owner read the file: chmod 600 FILE; and let the owner be root or the daemon's user. Then: fleetseed retry MACHINE.",
	"FS-CREDENTIAL-READ":
		"Let the credential be there: its file, LoadCredential= in the unit, or the variable. Then: fleetseed retry MACHINE.",
	"FS-DISK-FULL": "Free disk space, or inodes, on the machine; it is tried again.",
	"FS-DISK-READONLY":
		"Mount the machine's file system for writing; after an error of its disk: fsck. It is tried again.",
	"FS-DISK-NOEXEC":
		"Our folder on the machine lies on a file system mounted noexec; mount it otherwise. It is tried again.",
	"FS-POLICY-UNKNOWN": "See the known names with: fleetseed status.",
	"FS-MACHINE-UNKNOWN": "See the known names with: fleetseed machines.",
	"FS-MACHINE-FINGERPRINT":
		"The key shown is not the one that you approved. Look again with: fleetseed machines approve MACHINE.",
	"FS-MACHINE-REVOKED":
		"The known_hosts file revokes this key. Give the machine a new one (ssh-keygen -A), or correct the file and reload.",
	"FS-MACHINE-CLONED":
		"Give each its own: ssh-keygen -A after removing the host keys, and systemd-machine-id-setup after emptying /etc/machine-id; on Windows sysprep /generalize. Then: fleetseed machines approve MACHINE; or forget the name that is one too many.",
	"FS-MACHINE-STRICT":
		"Put its key into the known_hosts file or the inventory and reload; `ssh.strict_host_key_checking` permits nothing else.",
	"FS-MACHINE-BUSY": "Wait until the step in flight on it has ended, then clean it again.",
	"FS-TARGETS-EMPTY": "Approve machines that the policy selects, or correct `targets`.",
	"FS-DELIVER-TOOL":
		"Let the policy's `delivery.methods` name a way that the machine can go, or install what it lacks. Then: fleetseed retry MACHINE.",
	"FS-DELIVER-FAILED": "Look at the output with: fleetseed logs MACHINE. It is tried again.",
	"FS-DELIVER-STALLED": "No bytes arrived for a while by any way of the policy's; it is tried again.",
	"FS-DELIVER-DISK": "Free disk space on the machine; it is tried again.",
	"FS-INSTALL-DIGEST":
		"The staged file is not the package; it was removed and nothing was run. Find out what changed it, then: fleetseed retry MACHINE.",
	"FS-INSTALL-NOEXEC":
		"Our folder on the machine lies on a file system mounted noexec: mount it otherwise, or begin the package with its interpreter (#!/bin/sh). Then: fleetseed retry MACHINE.",
	"FS-INSTALL-EXIT": "Look at the output with: fleetseed logs MACHINE, mend the cause, then: fleetseed retry MACHINE.",
	"FS-INSTALL-BUSY": "Another installer holds the machine's lock; it is tried again.",
	"FS-INSTALL-TIMEOUT":
		"The installer ran longer than `install.timeout` and was stopped. Raise it, then: fleetseed retry MACHINE.",
	"FS-INSTALL-LATER":
		"hooks.pre_install asks for a later try; it is tried again, ever more rarely, until it lets the install begin.",
	"FS-INSTALL-HOOK":
		"Look at the output with: fleetseed logs MACHINE, mend what the hook found or the hook itself, then: fleetseed retry MACHINE.",
	"FS-INSTALL-OUTPUT":
		"The installer printed without an end and was stopped. Make it quieter, then: fleetseed retry MACHINE.",
	"FS-INSTALL-FENCED":
		"A newer run or attempt of the package was started on the machine, by another controller or by one whose clock was ahead. Find out which; to go on with this one: fleetseed machines clean MACHINE, then: fleetseed retry MACHINE.",
	"FS-INSTALL-NOT-DETECTED":
		"The installer said success but detection does not find the package. Correct `detection`, then: fleetseed retry MACHINE.",
	"FS-INSTALL-UNDONE":
		"It was installed and verified, and detection no longer finds it. Find out what removed it, then: fleetseed retry MACHINE.",
	"FS-FACTS-FAILED": "What the machine is could not be read; it is tried again.",
	"FS-REBOOT-USERS":
		"Somebody is logged in; it is tried again. Set `reboot.skip_if_users: false` or a `deadline` to force it.",
	"FS-REBOOT-REFUSED": "The machine did not take the request to reboot. Look at it, then: fleetseed retry MACHINE.",
	"FS-REBOOT-TIMEOUT": "The machine did not come back in time. Look at its console, then: fleetseed retry MACHINE.",
	"FS-REBOOT-LATE":
		"The window closed before the machine could be asked to reboot. It is asked when the window opens again.",
	"FS-REBOOT-TEST":
		"The machine is back, but `reboot.test_command` does not exit with 0. Look at it, then: fleetseed retry MACHINE.",
	"FS-SSH-HELPER":
		"Windows machines are asked through our own program: build it with `npm run build:helper`, and let the user who logs in run it there. Then: fleetseed retry MACHINE.",
	"FS-SSH-SFTP":
		"Let the machine's sshd_config have its line `Subsystem sftp sftp-server.exe`, then: fleetseed retry MACHINE.",
	"FS-MACHINE-ABSENT":
		"It stayed away longer than `offline.give_up_after`. Switch it on, then: fleetseed retry MACHINE.",
	"FS-CLEAN-FAILED": "Look at the machine's disk and at the permissions of our folder there, then clean it again.",
	"FS-DETECT-FAILED": "Detection could not be read on the machine; it is tried again.",
	"FS-PACKAGE-MISSING": "The package left the store; it is downloaded again.",
	"FS-SWARM-DOWN": "The swarm process restarts by itself; the delivery is tried again.",
	"FS-STEP-CRASHED": "This is a bug in fleetseed: report it with the output of: journalctl -u fleetseed.",
	"FS-DAEMON-DOWN": "Start the daemon: systemctl start fleetseed; or name its socket by --socket or FLEETSEED_SOCKET.",
	"FS-DAEMON-RUNNING":
		"Stop the other daemon first: systemctl stop fleetseed; or give this one a state folder of its own.",
	"FS-JOURNAL-NEWER":
		"Install that release again; or restore the backup that was made before it, or move the file away to begin a new journal.",
	"FS-RELEASE":
		"Let both be of one release: where the service was upgraded, systemctl restart fleetseed; in a container, or where the program was copied, upgrade the older one.",
	"FS-API-TOKEN": "Send a token that counts: fleetseed token create NAME --role viewer.",
	"FS-API-ROLE": "Use a token of whoever acts, with the role that this takes: fleetseed token create NAME --role ROLE.",
	"FS-API-ORIGIN":
		"Send it from the dashboard, or from a program with a token; name a proxy's own origin in `api.origins`.",
	"FS-API-RATE": "Wait a minute, and ask less often; follow /api/v1/events rather than asking again and again.",
	"FS-AUDIT-BROKEN":
		"Lines of the journal are not what was written. Keep the file, find out who could write to it, and compare it with a backup.",
	"FS-API-REQUEST": "Correct the request as the message says.",
} as const satisfies Record<string, string>;

export type ErrorCode = keyof typeof ERROR_CODES;
