import { ask, linesOf } from "./ask.ts";
import { cleanMachine, type Keeping } from "./commands/clean-machine.ts";
import { type Failed, failed } from "./failed.ts";
import type { Session } from "./session.ts";

const CLEAN_MS = 600_000;

export interface Cleaned {
	readonly kind: "cleaned";
	readonly helpers: number;
	readonly packages: number;
	readonly jobs: number;
	/** Left alone, since something runs from them. */
	readonly busy: number;
	readonly freedBytes: number;
}

export interface Cleaning {
	readonly machine: string;
	readonly keeping: Keeping;
}

/** Removes helpers, packages and ended jobs that nothing needs from the machine. Errors: FS-SSH-*, FS-CLEAN-FAILED. */
export async function cleanUp(session: Session, cleaning: Cleaning, signal: AbortSignal): Promise<Cleaned | Failed> {
	const { machine, keeping } = cleaning;
	const asking = { session, signal, machine, timeoutMs: CLEAN_MS, code: "FS-CLEAN-FAILED" } as const;
	const asked = await ask(session.shim ? { kind: "clean", ...keeping } : cleanMachine(keeping), asking);
	if ("failure" in asked) return asked;
	const [[word, ...figures] = []] = linesOf(asked.answer);
	const [helpers, packages, jobs, busy, kib] = figures.map(Number);
	if (word !== "cleaned" || kib === undefined || !figures.every((figure) => /^-?\d{1,12}$/.test(figure)))
		return failed("FS-CLEAN-FAILED", `${machine}: its answer makes no sense`);
	const counts = { helpers: helpers ?? 0, packages: packages ?? 0, jobs: jobs ?? 0, busy: busy ?? 0 };
	return { kind: "cleaned", ...counts, freedBytes: Math.max(0, kib * 1024) };
}
