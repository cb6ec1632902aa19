import type { Failure } from "../model/failure.ts";
import type { Fleet } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import type { Become, Policy } from "../model/policy.ts";
import { selects } from "../plan/selection.ts";
import type { Settings } from "../policy/parse-settings.ts";
import type { Becoming } from "../push/become.ts";
import type { Target } from "../push/target.ts";
import { passwordIn, readCredential } from "./credentials.ts";
import { jumpsFor } from "./jumps-for.ts";
import type { Known } from "./known.ts";
import type { Ledger } from "./ledger.ts";
import { chooseLogin, readLogin } from "./login-for.ts";

/** How a policy reaches its machines. */
export type Access = Pick<Policy, "ssh" | "become">;

export interface Knowledge {
	readonly ledger: Pick<Ledger, "fleet">;
	readonly settings: Settings;
	readonly known: () => Known;
}

/** Where no policy says how a machine is reached. */
const BY_DEFAULT: Access = { ssh: { connectTimeoutMs: 10_000 } };

/** How the first policy that selects the machine reaches it. */
export function accessTo({ policies }: Fleet, machine: Machine): Access {
	const selecting = [...policies.values()].find(({ policy }) => selects(policy.targets, machine) === true);
	return selecting?.policy ?? BY_DEFAULT;
}

/**
 * Where and who the machine is, and how it is reached: by what the policy says, then ssh_config, then what the machine or the
 * inventory says. Errors: FS-MACHINE-UNKNOWN, FS-SSH-HOSTKEY, -KEY, -AGENT, -CONFIG, FS-CREDENTIAL-*.
 */
export async function targetFor(knowledge: Knowledge, name: string, policy: Access): Promise<Target | Failure> {
	const { ledger, settings, known } = knowledge;
	const machine = ledger.fleet.machines.get(name);
	if (!machine) return { code: "FS-MACHINE-UNKNOWN", detail: `${name} was forgotten` };
	const { trust } = machine;
	if (trust.kind !== "approved") return { code: "FS-SSH-HOSTKEY", detail: `${name} is not approved` };
	const way = await wayTo(knowledge, machine, policy);
	if ("code" in way) return way;
	const become = policy.become ? await becomingOf(policy.become, settings) : undefined;
	if (become && "code" in become) return become;
	return {
		machine: name,
		...way,
		hostKeys: trust.hostKeys,
		revoked: [...known().knownHosts.revoked],
		connectTimeoutMs: policy.ssh.connectTimeoutMs,
		keepalive: settings.ssh.keepalive,
		...(become ? { become } : {}),
	};
}

type Way = Omit<Target, "machine" | "hostKeys" | "revoked" | "connectTimeoutMs" | "keepalive" | "become">;

/** The address, the login and the machines on the way; of a machine that is only looked at, too. */
export async function wayTo(
	{ ledger: { fleet }, settings, known }: Knowledge,
	machine: Pick<Machine, "name" | "address" | "port">,
	{ ssh }: Pick<Access, "ssh">,
): Promise<Way | Failure> {
	const { sshConfig } = known();
	if (sshConfig === null) return { code: "FS-SSH-CONFIG", detail: `${settings.ssh.configFile} could not be read` };
	const config = sshConfig(machine.name);
	const login = await readLogin(chooseLogin(ssh, config, settings), settings);
	if ("code" in login) return login;
	const user = ssh.user ?? config.user ?? "root";
	const proxyJump = ssh.proxyJump ?? config.proxyJump;
	const jumps = await jumpsFor({ fleet, known: known(), settings }, { proxyJump, user, login });
	if ("code" in jumps) return jumps;
	return {
		address: config.hostName ?? machine.address,
		port: ssh.port ?? config.port ?? machine.port,
		user,
		...login,
		...(jumps.length === 0 ? {} : { jumps }),
	};
}

/** With the password, where the policy or the daemon's configuration names one. */
async function becomingOf({ method, user, password }: Become, settings: Settings): Promise<Becoming | Failure> {
	const name = password ?? settings.ssh.becomePassword;
	if (name === undefined || method === "doas") return { method, user };
	const read = await readCredential(settings, name);
	return "code" in read ? read : { method, user, password: passwordIn(read.secret) };
}
