import type { Stats } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Failure } from "../model/failure.ts";
import type { CredentialSource } from "../policy/credentials-schema.ts";
import type { Settings } from "../policy/parse-settings.ts";

/** The environment, in which systemd tells where a unit's credentials are (systemd.exec(5), LoadCredential=). */
export type Environment = Readonly<Record<string, string | undefined>>;

const ALL_BUT_OWNER = 0o077;
/** All of others, and of the group all but reading. */
const ALL_BUT_GROUP_READS = 0o037;

/** A secret by its name in the daemon's configuration, as it stands there. Errors: FS-CREDENTIAL-UNKNOWN, -MODE, -READ. */
export async function readCredential(
	{ credentials }: Pick<Settings, "credentials">,
	name: string,
	environment: Environment = process.env,
): Promise<{ readonly secret: string } | Failure> {
	const source = Object.hasOwn(credentials, name) ? credentials[name] : undefined;
	if (!source) return { code: "FS-CREDENTIAL-UNKNOWN", detail: `no credential "${name}" is configured` };
	switch (source.kind) {
		case "file":
			return readSecretFile(source.path);
		case "systemd":
			return readOfUnit(name, source, environment);
		case "environment": {
			const secret = environment[source.variable];
			const detail = `credential "${name}": the environment has no ${source.variable}`;
			return secret === undefined ? { code: "FS-CREDENTIAL-READ", detail } : { secret };
		}
	}
}

/** A password as it is typed: a file's last line break is not part of it. */
export function passwordIn(secret: string): string {
	return secret.replace(/\r?\n$/, "");
}

/** A file that its owner alone may use; one of root's may be read by the daemon's group. Errors: FS-CREDENTIAL-MODE, -READ. */
export async function readSecretFile(
	path: string,
	self = process.getuid?.() ?? 0,
): Promise<{ readonly secret: string } | Failure> {
	try {
		const tooOpen = judge(path, await stat(path), self);
		return tooOpen ?? { secret: await readFile(path, "utf8") };
	} catch (error) {
		return { code: "FS-CREDENTIAL-READ", detail: (error as Error).message };
	}
}

function judge(path: string, { mode, uid }: Stats, self: number): Failure | null {
	const refuse = (detail: string): Failure => ({ code: "FS-CREDENTIAL-MODE", detail: `${path} ${detail}` });
	if (uid !== self && uid !== 0) return refuse(`belongs to user ${uid}, neither root nor the daemon's own`);
	const forbidden = uid === self ? ALL_BUT_OWNER : ALL_BUT_GROUP_READS;
	const bits = (mode & 0o777).toString(8).padStart(3, "0");
	return (mode & forbidden) === 0 ? null : refuse(`has the mode ${bits}: others than its owner may use it`);
}

/** systemd keeps the folder for the unit alone, with modes of its own. */
async function readOfUnit(
	name: string,
	{ id }: Extract<CredentialSource, { kind: "systemd" }>,
	{ CREDENTIALS_DIRECTORY: folder }: Environment,
): Promise<{ readonly secret: string } | Failure> {
	if (folder === undefined)
		return { code: "FS-CREDENTIAL-READ", detail: `credential "${name}": systemd gave the daemon no credentials` };
	try {
		return { secret: await readFile(join(folder, id), "utf8") };
	} catch (error) {
		return { code: "FS-CREDENTIAL-READ", detail: `credential "${name}": ${(error as Error).message}` };
	}
}
