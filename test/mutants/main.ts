// npm run mutants: plants one bug after the other into a copy of the source; the simulator, or a test, has to notice each.
// npm run mutants -- WORDS: those alone whose name has these words in it.
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { GUARD_MUTANTS, type GuardMutant } from "./guard-mutants.ts";
import { MUTANTS, type Mutant } from "./mutants.ts";
import { PUSH_MUTANTS } from "./push-mutants.ts";

interface Hunt {
	readonly name: string;
	/** Scenarios that were played until it was caught; 0: a test was run. */
	readonly played: number;
	/** The promise that it broke; null: nobody noticed. */
	readonly caughtBy: string | null;
}

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));
const PARTS = ["src", "test", "docs", "package.json"];
const LONGEST_MS = 1_800_000;
const SOUND = "no bug at all";

async function hunt(mutant: Mutant | GuardMutant | null, folder: string): Promise<Hunt> {
	const unplant = mutant ? await plant(mutant, join(folder, "src", mutant.file)) : null;
	try {
		if (mutant && "test" in mutant) return { name: mutant.name, ...(await tryTest(mutant.test, folder)) };
		const { stdout } = await node([join(folder, "test/mutants/hunt.ts")], folder);
		return { name: mutant?.name ?? SOUND, ...(JSON.parse(stdout) as Omit<Hunt, "name">) };
	} finally {
		await unplant?.();
	}
}

function node(words: readonly string[], folder: string) {
	const argv = ["--disable-warning=ExperimentalWarning", ...words];
	// Compiled once for all mutants of this folder, and gone with it.
	const env = { ...process.env, NODE_COMPILE_CACHE: join(folder, "compiled") };
	return run(process.execPath, argv, { timeout: LONGEST_MS, env, cwd: folder });
}

/** Caught only when that one test ran and is red: a file that cannot even be read proves nothing. */
async function tryTest({ file, name }: GuardMutant["test"], folder: string): Promise<Omit<Hunt, "name">> {
	const pattern = `^${name.replace(/[^\w ]/g, ".")}$`;
	const words = ["--test", "--test-reporter=tap", `--test-name-pattern=${pattern}`, join(folder, file)];
	const { stdout } = await node(words, folder).catch((error: { readonly stdout: string }) => error);
	const [said] = stdout.match(/^(not )?ok \d+ - (?!.*# SKIP).*$/m) ?? [];
	if (!said?.endsWith(` - ${name}`)) throw new Error(`${file} ran no test "${name}":\n${stdout}`);
	return { played: 0, caughtBy: said.startsWith("not ") ? name : null };
}

/** A mutant whose place is gone would prove nothing. Answers what takes it out again. */
async function plant({ name, from, to }: Mutant, file: string): Promise<() => Promise<void>> {
	const text = await readFile(file, "utf8");
	if (text.split(from).length !== 2) throw new Error(`${name}: its place is not there once in ${file}: ${from}`);
	await writeFile(
		file,
		text.replace(from, () => to),
	);
	return () => writeFile(file, text);
}

function say({ name, played, caughtBy }: Hunt): void {
	const [what, after] = played === 0 ? ["its test", "by"] : [`${played} fleets`, `after ${played}:`];
	const verdict = caughtBy === null ? `SURVIVED ${what}` : `caught ${after} ${caughtBy}`;
	process.stdout.write(`${name.padEnd(58)} ${verdict}\n`);
}

/** The sound source is among them: it takes longest, and goes first. */
async function huntAll(): Promise<readonly Hunt[]> {
	const left = [null, ...WANTED];
	const hunts: Hunt[] = [];
	const work = async () => {
		const folder = await mkdtemp(join(tmpdir(), "fleetseed-mutant-"));
		try {
			for (const part of PARTS) await cp(join(root, part), join(folder, part), { recursive: true });
			await symlink(join(root, "node_modules"), join(folder, "node_modules"));
			for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
				const one = await hunt(mutant, folder);
				say(one);
				hunts.push(one);
			}
		} finally {
			await rm(folder, { recursive: true });
		}
	};
	await Promise.all(Array.from({ length: availableParallelism() }, work));
	return hunts;
}

const words = process.argv.slice(2).join(" ");
const WANTED = [...MUTANTS, ...GUARD_MUTANTS, ...PUSH_MUTANTS].filter(({ name }) => name.includes(words));
const hunts = await huntAll();
const sound = hunts.find(({ name }) => name === SOUND);
const caught = hunts.filter((each) => each !== sound && each.caughtBy !== null).length;
process.stdout.write(`${caught} of ${WANTED.length} caught\n`);
process.exitCode = caught === WANTED.length && caught > 0 && sound?.caughtBy === null ? 0 : 1;
