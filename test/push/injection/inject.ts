import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { actFor, INSTALLERS } from "../../../src/installers/registry.ts";
import type { PackageSpec } from "../../../src/model/policy.ts";
import { inspect } from "../../../src/push/commands/inspect.ts";
import { lookAfterBoot } from "../../../src/push/commands/look-after-boot.ts";
import { requestReboot } from "../../../src/push/commands/request-reboot.ts";
import { script } from "../../../src/push/commands/script.ts";
import { jobJson, startWords } from "../../../src/push/job.ts";
import { jobKey } from "../../../src/push/job-key.ts";
import { quote } from "../../../src/push/quote.ts";
import { taskOf } from "../lab.ts";
import { sha256Of } from "../stage.ts";
import { payloads } from "./payloads.ts";
import { runIn, shellsHere } from "./shells.ts";

const BATCH = 200;
/** Prints its words with a mark after each that no payload has. */
const ECHO = 'for word; do printf "%s\\001" "$word"; done';
const PROGRAMS = ["apt-get", "dpkg", "dpkg-query", "rpm", "dnf", "unzip"] as const;

export interface Injected {
	readonly payloads: number;
	readonly shells: readonly string[];
	/** By field: how many words went through it, over all shells. */
	readonly fields: Readonly<Record<string, number>>;
	/** Files that a payload has made: nothing else leaves any where these are looked for. */
	readonly canaries: readonly string[];
	/** Words that came out otherwise than they went in. */
	readonly differing: readonly string[];
}

/** One way by which words of a policy or a machine come to a shell. */
export type Way = (ground: Ground) => void | Promise<void>;

export interface Ground {
	readonly shell: readonly string[];
	readonly batch: readonly string[];
	readonly folder: string;
	readonly env: Readonly<Record<string, string>>;
	readonly count: (field: string, words: number) => void;
	readonly compare: (field: string, got: readonly string[], put: readonly string[]) => void;
}

const WAYS: readonly Way[] = [commandLine, commands, job, installers];

/** Sends payloads through every field that a policy or a machine fills, by real shells, and looks for what they did. */
export async function inject(count: number, ways = WAYS): Promise<Injected> {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-inject-"));
	try {
		return await injectIn(folder, count, ways);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

async function injectIn(folder: string, count: number, ways: readonly Way[]): Promise<Injected> {
	const canaries = join(folder, "canaries");
	const bin = join(folder, "bin");
	const home = join(folder, "home");
	for (const each of [canaries, bin, home]) await mkdir(each);
	await fakePrograms(bin);
	const all = payloads(count, join(canaries, "c"));
	const shells = shellsHere();
	const fields: Record<string, number> = {};
	const differing: string[] = [];
	const env = { PATH: `${bin}:/usr/bin:/bin`, HOME: home, FLEETSEED_STATE: join(folder, "state") };
	for (const shell of shells) {
		for (let at = 0; at < all.length; at += BATCH) {
			const batch = all.slice(at, at + BATCH);
			const ground: Ground = {
				shell,
				batch,
				folder,
				env,
				count: (field, words) => {
					fields[field] = (fields[field] ?? 0) + words;
				},
				compare: (field, got, put) => {
					put.forEach((word, index) => {
						if (got[index] !== word) differing.push(`${shell.join(" ")} ${field}: ${JSON.stringify(word)}`);
					});
				},
			};
			for (const send of ways) await send(ground);
		}
	}
	const found = [...(await readdir(canaries)), ...(await readdir(home, { recursive: true }))];
	return { payloads: all.length, shells: shells.map((each) => each.join(" ")), fields, canaries: found, differing };
}

/** As sshd gives it to the login shell. */
function commandLine({ shell, batch, env, count, compare }: Ground): void {
	const { stdout } = runIn(shell, ["-c", quote(script(ECHO, ...batch))], env);
	count("ssh command line", batch.length);
	compare("ssh command line", stdout.split("\x01"), batch);
}

/** Our fixed commands, with a payload in every word that is not ours. */
function commands({ shell, batch, env, count }: Ground): void {
	for (const [name, argv] of [
		["detection package and path", inspect("key", "aa", batch.flatMap(rulesOf))],
		...batch
			.slice(0, 4)
			.map((word) => ["job key", inspect(jobKey({ ...taskOf().ref, package: word }), word, [])] as const),
		...batch.slice(0, 4).map((word) => ["boot id", lookAfterBoot(word, { command: "", seconds: 1 })] as const),
		...batch
			.slice(0, 4)
			.map((word) => ["reboot message", requestReboot({ bootId: word, sparesUsers: true, message: word })] as const),
	] as const) {
		runIn(shell, ["-c", quote(argv)], env);
		count(name, name.startsWith("detection") ? batch.length * 2 : 1);
	}
}

function rulesOf(word: string) {
	return [
		{ type: "package", name: word, version: word },
		{ type: "file", path: word, sha256: word },
	] as const;
}

/** The job's data, read and run by the shim in each shell. */
async function job({ shell, batch, folder, env, count, compare }: Ground): Promise<void> {
	const state = join(folder, "state");
	const place = join(state, "jobs", "job");
	await rm(place, { recursive: true, force: true });
	await mkdir(place, { recursive: true });
	await mkdir(join(state, "shim"), { recursive: true });
	const name = batch[0] ?? "";
	const told = { name, version: batch.at(-1) ?? "" };
	const hooks = { preInstall: 'printf "%s\\001%s\\001" "$FLEETSEED_PACKAGE" "$FLEETSEED_VERSION"' };
	const given = { act: { program: ECHO, words: batch }, timeoutMs: 1_000, about: told, hooks };
	const [, shim = "", program = "", text = ""] = startWords(given);
	await writeFile(join(state, "shim", program), text);
	await writeFile(join(state, "shim", "shim"), shim);
	await writeFile(join(place, "job.json"), jobJson(given));
	const { stdout } = runIn(shell, [join(state, "shim", "shim"), "act", place], env);
	count("job words", batch.length);
	count("hook environment", 2);
	compare("job", stdout.split("\x01"), [told.name, told.version, ...batch]);
}

/** Each type's own program, with payloads in whatever the policy fills; its tools only say what they were given. */
async function installers({ shell, batch, folder, env, count, compare }: Ground): Promise<void> {
	const state = join(folder, "state");
	await mkdir(join(state, "packages"), { recursive: true });
	const content = `#!/bin/sh\n${ECHO}\n`;
	const sha256 = sha256Of(content);
	await writeFile(join(state, "packages", sha256), content);
	const [name = "", version = ""] = batch;
	for (const [type, installer] of INSTALLERS) {
		if (!installer.os.includes("linux")) continue;
		const env1 = Object.fromEntries(batch.map((word, index) => [`V${index}`, word]));
		const install = {
			...taskOf().spec.install,
			arguments: batch,
			env: env1,
			destination: join(folder, "home", "x", "y"),
		};
		const spec: PackageSpec = { ...taskOf().spec, type, name, version, sha256, install };
		const absent = { ...spec, state: "absent" as const, sha256: "", uninstall: { arguments: batch } };
		const acts = [
			actFor(spec, {}),
			actFor({ ...spec, install: { ...install, command: join(folder, "bin/apt-get") } }, {}),
			...(installer.uninstall ? [actFor(absent, {})] : []),
			actFor({ ...absent, uninstall: { command: join(folder, "bin/apt-get"), arguments: batch } }, {}),
		];
		for (const [index, { program, words }] of acts.entries()) {
			await writeFile(join(folder, "program"), program);
			const ran = runIn(shell, [join(folder, "program"), ...words], { ...env, state, FLEETSEED_JOB: folder });
			count(`${type} installer`, batch.length);
			const isCommand = index === acts.length - 1;
			if (isCommand) compare(`${type} uninstall.command`, ran.stdout.split("\x01"), batch);
		}
	}
}

/** What runs as a program must not be expanded again by it. */
async function fakePrograms(bin: string): Promise<void> {
	for (const name of PROGRAMS) {
		await writeFile(join(bin, name), `#!/bin/sh\n${ECHO}\n`);
		await chmod(join(bin, name), 0o755);
	}
	for (const name of ["shutdown", "systemctl", "reboot"]) {
		await writeFile(join(bin, name), "#!/bin/sh\nexit 1\n");
		await chmod(join(bin, name), 0o755);
	}
}
