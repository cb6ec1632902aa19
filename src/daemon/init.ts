import { chmod, readFile, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import type { InitReport } from "../console/host-reports.ts";
import { makeKeyPair, publicKeyOf } from "../push/key-pair.ts";
import { makeFolder } from "./make-folder.ts";
import { SERVICE_FOLDER } from "./service-folder.ts";

const STARTER = join(import.meta.dirname, "../../config/starter");
const FILES = ["fleetseed.yaml", "inventory.yaml", "policies/README"];
const KEY = "id_ed25519";

/** Writes the commented configuration and makes the SSH key, each only where it is not there yet: nothing is ever overwritten. */
export async function init({ folder }: { readonly folder: string }): Promise<InitReport> {
	const made: string[] = [];
	const kept: string[] = [];
	await makeFolder(join(folder, "policies"));
	for (const name of FILES) {
		const file = join(folder, name);
		const text = await readFile(join(STARTER, name), "utf8");
		((await write(file, isOfService(folder) ? text : standingAlone(text), 0o644)) ? made : kept).push(file);
	}
	const key = join(folder, KEY);
	const pair = makeKeyPair(`fleetseed@${hostname()}`);
	const isNew = await write(key, `${pair.private.trimEnd()}\n`, 0o600);
	(isNew ? made : kept).push(key);
	const publicKey = await publicHalf(key);
	await write(`${key}.pub`, `${publicKey}\n`, 0o644);
	return { folder, made, kept, public_key: publicKey, next: nextSteps(folder) };
}

/** False: something of that name is there, and is left as it is. */
async function write(file: string, content: string | Uint8Array, mode: number): Promise<boolean> {
	try {
		await writeFile(file, content, { flag: "wx", mode });
		// Whatever the caller's umask leaves.
		await chmod(file, mode);
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
		throw error;
	}
}

async function publicHalf(key: string): Promise<string> {
	const publicKey = publicKeyOf(await readFile(key, "utf8"));
	if (publicKey === null)
		throw new Error(
			`${key} holds no private key that can be used without a passphrase: move it away, then run this again`,
		);
	return `${publicKey} fleetseed@${hostname()}`;
}

function isOfService(folder: string): boolean {
	return resolve(folder) === SERVICE_FOLDER;
}

/** The defaults are the service's places, which another daemon must not use and another user may not. */
function standingAlone(text: string): string {
	const state = "state: state # packages are kept here; for the service leave this out, it has /var/lib/fleetseed";
	const socket = "socket: fleetseed.sock # who may open it may steer; for the service leave this out, too";
	return text.replace(/^#state: .*$/m, state).replace(/^#socket: .*$/m, socket);
}

function nextSteps(folder: string): readonly string[] {
	const config = join(folder, "fleetseed.yaml");
	const own = `FLEETSEED_CONFIG=${resolve(config)} FLEETSEED_SOCKET=${resolve(folder, "fleetseed.sock")}`;
	const [start, reload] = isOfService(folder)
		? [
				"fleetseed check && systemctl enable --now fleetseed (if it runs already: systemctl restart fleetseed)",
				"systemctl reload fleetseed",
			]
		: [
				`fleetseed check --config ${config} && fleetseed serve --config ${config}; for all other commands: export ${own}`,
				"fleetseed reload",
			];
	return [
		"Let the machines accept that key: add the line to /root/.ssh/authorized_keys on each, or to that of a user who may use sudo.",
		start,
		`fleetseed doctor${isOfService(folder) ? "" : ` --config ${config}`} says whether this computer can do its work.`,
		"fleetseed machines lists who was found; fleetseed machines approve NAME lets one take part.",
		`Put a policy into ${join(folder, "policies")}, see man fleetseed-policy; then: ${reload}`,
	];
}
