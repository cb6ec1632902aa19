import { readFile, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { counted } from "../../console/counted.ts";
import type { Finding } from "../../console/host-reports.ts";
import { sizeText } from "../../console/size-text.ts";
import type { Settings } from "../../policy/parse-settings.ts";
import { publicKeyOf } from "../../push/key-pair.ts";
import { inspectJournal } from "../../record/inspect-journal.ts";
import { HELPER_FOLDER, HelperFiles } from "../helper-files.ts";
import { ownKeyFile } from "../login-for.ts";
import { good, note, wrong } from "./findings.ts";

const OTHERS = 0o077;
/** Less leaves no room for the journal, whatever the packages need. */
const LEAST_FREE_BYTES = 2 ** 30;

export async function sshKey(settings: Settings): Promise<Finding> {
	const about = "ssh key";
	const { identity, passphrase } = settings.ssh.login;
	if (identity !== undefined && !Object.hasOwn(settings.credentials, identity))
		return wrong(
			about,
			`ssh.identity is "${identity}", which is none of credentials`,
			"Add it there, or correct the name.",
		);
	const file = ownKeyFile(settings);
	if (file === null) return note(about, "the key is no file", "The daemon says so when it cannot use it.");
	const found = await stat(file).catch((error: NodeJS.ErrnoException) => error);
	if (found instanceof Error)
		return found.code === "ENOENT"
			? wrong(about, `there is none at ${file}`, "Make it with: fleetseed init; then: systemctl restart fleetseed")
			: note(about, found.message, "Run this as root.");
	if ((found.mode & OTHERS) !== 0) return wrong(about, `${file} is open to others`, `chmod 600 ${file}`);
	const text = await readFile(file, "utf8").catch((error: Error) => error);
	if (text instanceof Error) return note(about, text.message, "Run this as root.");
	if (passphrase !== undefined) return note(about, `${file} has a passphrase`, "Only the daemon can use it.");
	const publicKey = publicKeyOf(text);
	if (publicKey === null)
		return wrong(
			about,
			`${file} holds no private key that can be used without a passphrase`,
			"Move it away and run: fleetseed init",
		);
	return good(about, `${file}, ${publicKey.split(" ")[0]}`);
}

export async function stateFolder({ stateFolder }: Settings): Promise<Finding> {
	const found = await stat(stateFolder).catch((error: NodeJS.ErrnoException) => error);
	if (found instanceof Error)
		return found.code === "ENOENT"
			? note("state", `${stateFolder} is not there`, "The daemon makes it when it starts for the first time.")
			: note("state", found.message, "Run this as root.");
	if ((found.mode & OTHERS) !== 0)
		return wrong("state", `${stateFolder} is open to others, and a secret is in it`, `chmod 700 ${stateFolder}`);
	return good("state", stateFolder);
}

export function database({ stateFolder }: Settings): Finding {
	const file = join(stateFolder, "journal.sqlite");
	const found = inspectJournal(file);
	if (found.kind === "absent")
		return note(
			"journal",
			`${file} is not there or cannot be seen`,
			"The daemon begins one when it starts for the first time.",
		);
	if (found.kind === "whole") return good("journal", `${file} is whole, ${counted(found.events, "event")}`);
	return wrong(
		"journal",
		`${file}: ${found.detail}`,
		"Stop the daemon and restore the file from a backup (docs/operations.md).",
	);
}

export async function disk({ stateFolder }: Settings): Promise<Finding> {
	const place = await nearest(stateFolder);
	const { bavail, blocks, bsize } = await statfs(place);
	const freeBytes = bavail * bsize;
	const saw = `${sizeText(freeBytes)} of ${sizeText(blocks * bsize)} are free at ${place}`;
	if (freeBytes < LEAST_FREE_BYTES)
		return wrong("disk", saw, "Free some: the journal, and every package, is kept there.");
	return good("disk", saw);
}

/** The folder itself, or the nearest one above it that is there. */
async function nearest(folder: string): Promise<string> {
	return (await stat(folder).catch(() => null)) ? folder : nearest(dirname(folder));
}

export async function helpers({ swarm }: Settings): Promise<Finding> {
	const folder = swarm.helperFolder ?? HELPER_FOLDER;
	const files = new HelperFiles(folder);
	const lacking: string[] = [];
	for (const arch of ["x86_64", "aarch64"]) if (!(await files.isWhole({ system: "Linux", arch }))) lacking.push(arch);
	if (lacking.length === 0) return good("helpers", `our peer for machines is in ${folder}`);
	const saw = `${folder} lacks our peer for ${lacking.join(" and ")}, or has only a part of it`;
	return note(
		"helpers",
		saw,
		"Machines get packages by other ways until it is there: install the package anew, or npm run build:helper.",
	);
}
