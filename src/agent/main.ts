import { Command } from "commander";
import { type Fetched, fetchPackage } from "./fetch.ts";
import { answerRequest } from "./windows/ask.ts";
import { runJob } from "./windows/run-job.ts";

const EXIT_CODES: Readonly<Record<Fetched, number>> = { seeded: 0, dismissed: 0, stopped: 0, stalled: 4 };

interface Options {
	readonly torrent: string;
	readonly folder: string;
	readonly seedSeconds: string;
	readonly stallSeconds: string;
	readonly onComplete?: string;
}

const stopping = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => stopping.abort());
// Whoever followed us may be gone: the fetch goes on without them.
process.stdout.on("error", () => undefined);

/** Set by the build of the single executable. */
declare const FLEETSEED_VERSION: string | undefined;

const program = new Command("fleetseed-agent").version(
	typeof FLEETSEED_VERSION === "undefined" ? "from source" : FLEETSEED_VERSION,
);
program
	.command("fetch")
	.description("receive the package of a torrent, and pass it on to the other machines")
	.requiredOption("--torrent <file>", "the torrent; its announce URL holds this machine's token")
	.requiredOption("--folder <folder>", "where the package goes, named for its SHA-256")
	.requiredOption("--seed-seconds <seconds>", "how long at most to pass it on once it is complete")
	.option("--stall-seconds <seconds>", "give up, with exit code 4, when no byte arrives for so long", "60")
	.option("--on-complete <program>", "run with GID COUNT PATH once it is complete")
	.action(async ({ torrent, folder, seedSeconds, stallSeconds, onComplete }: Options) => {
		const fetched = await fetchPackage({
			torrentFile: torrent,
			folder,
			seedSeconds: Math.max(0, Number(seedSeconds) || 0),
			stallSeconds: Math.max(1, Number(stallSeconds) || 60),
			onComplete: onComplete ?? null,
			signal: stopping.signal,
			print: (line) => process.stdout.write(`${JSON.stringify(line)}\n`),
		});
		process.exit(EXIT_CODES[fetched]);
	});

program
	.command("ask")
	.description("on Windows: answer the controller's request in a file, in base64 since shells there change characters")
	.argument("<file>")
	.action(async (file: string) => {
		const answer = await answerRequest(file);
		// At once: a job that we have started is nothing to wait for.
		process.stdout.write(`${answer.toString("base64")}\n`, () => process.exit(0));
	});
program
	.command("job")
	.description("on Windows: run the job in a folder to its end")
	.argument("<folder>")
	.action(runJob);

program.parseAsync().catch((error: Error) => {
	process.stderr.write(`${error.message}\n`);
	process.exit(1);
});
