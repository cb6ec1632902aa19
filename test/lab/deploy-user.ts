import { BECOME_PASSWORD } from "./controller-files.ts";
import type { LabMachine } from "./lab-machine.ts";

export const DEPLOY_USER = "deploy";

const SCRIPT = `set -eu
useradd --create-home --shell /bin/bash "$1"
printf '%s:%s\\n' "$1" "$2" | chpasswd
install -d -m 0700 -o "$1" -g "$1" "/home/$1/.ssh"
install -m 0600 -o "$1" -g "$1" /root/.ssh/authorized_keys "/home/$1/.ssh/authorized_keys"
rm /root/.ssh/authorized_keys
printf '%s ALL=(root) %s ALL\\n' "$1" "$3" > /etc/sudoers.d/deploy
chmod 0440 /etc/sudoers.d/deploy
`;

/** From now on the controller's key opens the door of a user who may use sudo, and root's no more. */
export async function closeRoot(machine: LabMachine, { sudoAsks }: { readonly sudoAsks: boolean }): Promise<void> {
	const tag = sudoAsks ? "PASSWD:" : "NOPASSWD:";
	await machine.must(["/bin/sh", "-c", SCRIPT, "sh", DEPLOY_USER, BECOME_PASSWORD, tag]);
}
