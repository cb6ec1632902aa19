import { copyFile, link, open, readFile, rename, rm, utimes } from "node:fs/promises";
import { createServer } from "node:net";
import { basename, join } from "node:path";
import { DIGEST_EXIT, START_EXIT } from "../../model/job-contract.ts";
import { commandLineOf, type Places, placesOf } from "./command-line.ts";
import { digestOf } from "./digest.ts";
import { runHooked } from "./hooks.ts";
import { type JobRecord, mark } from "./job-folder.ts";
import { readBootId } from "./machine-facts.ts";
import { OutputFiles } from "./output-files.ts";
import { prune } from "./prune.ts";
import { type Ended, runProgram } from "./run-program.ts";
import { stateFolder } from "./state.ts";
import { runSystem } from "./system.ts";

/** Of an installer's own log, its end. */
const LOG_BYTES = 131_072;

/** Runs a job in its folder to its end, once; the result appears whole or not at all. */
export async function runJob(folder: string): Promise<void> {
	const record = JSON.parse(await readFile(join(folder, "job.json"), "utf8")) as JobRecord;
	const pipe = createServer((socket) => socket.destroy());
	await new Promise<void>((resolve, reject) => pipe.on("error", reject).listen(record.pipe, resolve));
	if (!mark(folder)) return void pipe.close();
	const output = new OutputFiles(folder);
	const { exitCode, marker } = await runPackage(folder, record, output).catch((error: Error) => {
		output.add(Buffer.from(`${error.message}\n`));
		return { exitCode: START_EXIT, marker: "-" };
	});
	output.close();
	await writeResult(folder, `${exitCode} ${marker} ${await readBootId()}\n`);
	// What could not be tidied up is of no concern to who installs.
	await prune().catch(() => undefined);
	await runSystem("schtasks.exe", ["/delete", "/f", "/tn", `fleetseed\\${basename(folder)}`]);
	process.exit(0);
}

async function writeResult(folder: string, text: string): Promise<void> {
	const file = await open(join(folder, "result.new"), "w");
	await file.writeFile(text);
	await file.sync();
	await file.close();
	await rename(join(folder, "result.new"), join(folder, "result"));
}

async function runPackage(folder: string, record: JobRecord, output: OutputFiles): Promise<Ended> {
	const packages = join(stateFolder(), "packages");
	const places = placesOf(record, packages, folder);
	if (record.staged !== null) {
		const staged = join(packages, record.staged);
		// As used: what is not goes after a while.
		await utimes(staged, new Date(), new Date()).catch(() => undefined);
		const saw = await openAs(staged, places.file);
		if (saw !== record.staged) {
			for (const each of [staged, places.file]) await rm(each, { force: true });
			output.add(Buffer.from(`the staged file is not the package: its SHA-256 is ${saw}\n`));
			return { exitCode: DIGEST_EXIT, marker: "digest" };
		}
	}
	return runHooked(record, {
		output,
		run: (timeoutMs) => runInstaller(folder, { ...record, timeoutMs }, { places, output }),
	});
}

async function runInstaller(
	folder: string,
	record: JobRecord,
	{ places, output }: { readonly places: Places; readonly output: OutputFiles },
): Promise<Ended> {
	const ended = await runProgram(commandLineOf(record, places), folder, { ...record, output });
	if (record.words.includes("{log}")) output.add(await endOfLog(places.log));
	return ended;
}

/** Gives the package the name that its installer wants to see; answers the digest of exactly that file. */
async function openAs(staged: string, file: string): Promise<string> {
	if (file !== staged) {
		await rm(file, { force: true });
		await link(staged, file).catch(() => copyFile(staged, file));
	}
	return digestOf(file);
}

/** msiexec writes UTF-16. */
async function endOfLog(file: string): Promise<Buffer> {
	const bytes = await readFile(file).catch(() => Buffer.alloc(0));
	const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
	return (isUtf16 ? Buffer.from(bytes.toString("utf16le").slice(1)) : bytes).subarray(-LOG_BYTES);
}
