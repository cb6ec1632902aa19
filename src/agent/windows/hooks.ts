import { LATER_EXIT, START_EXIT } from "../../model/job-contract.ts";
import type { ShimJob } from "../../model/shim.ts";
import type { OutputFiles } from "./output-files.ts";
import { runScript } from "./powershell.ts";
import type { Ended } from "./run-program.ts";

export interface Hooked {
	readonly output: OutputFiles;
	readonly run: (timeoutMs: number) => Promise<Ended>;
}

/** Runs the installer between its hooks, all in the job's time, after which none is run any more: one that fails makes the job fail, with its name as the marker. */
export async function runHooked(
	job: Pick<ShimJob, "hooks" | "success" | "about" | "timeoutMs">,
	hooked: Hooked,
): Promise<Ended> {
	const { hooks, success } = job;
	const until = performance.now() + job.timeoutMs;
	const left = () => Math.max(0, until - performance.now());
	// Timers may be early by a part of a millisecond.
	const isOver = () => left() < 1;
	const hook = (script: string, exitCode: string) =>
		runHook(job, { script, exitCode, timeoutMs: left(), output: hooked.output });
	const fail = async (ended: Ended): Promise<Ended> => {
		if (isOver()) return { ...ended, marker: "timeout" };
		if (ended.exitCode !== 0) await hook(hooks.onFailure, String(ended.exitCode));
		return ended;
	};
	const before = await hook(hooks.preInstall, "");
	if (before === LATER_EXIT) return { exitCode: before, marker: "later" };
	if (before !== 0) return fail({ exitCode: before, marker: "pre_install" });
	const ended = await hooked.run(left());
	if (ended.marker !== "-" || !success.includes(ended.exitCode)) return fail(ended);
	const after = await hook(hooks.postInstall, String(ended.exitCode));
	return after === 0 ? ended : fail({ exitCode: after, marker: "post_install" });
}

interface Hook {
	readonly script: string;
	readonly exitCode: string;
	readonly timeoutMs: number;
	readonly output: OutputFiles;
}

async function runHook({ about }: Pick<ShimJob, "about">, { script, exitCode, timeoutMs, output }: Hook) {
	if (script === "") return 0;
	const env = { FLEETSEED_PACKAGE: about.name, FLEETSEED_VERSION: about.version, FLEETSEED_EXIT: exitCode };
	const ran = await runScript(script, timeoutMs, env);
	output.add(Buffer.from(ran.said, "latin1"));
	return ran.exitCode ?? START_EXIT;
}
