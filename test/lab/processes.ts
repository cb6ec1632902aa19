import { readFileSync } from "node:fs";
import { waitFor } from "./wait.ts";

const END_MS = 15_000;
const NO_SIGNAL = new AbortController().signal;

/** One process, not whoever has its pid later: a pid is used again, the pair with its start time is not. */
export interface ProcessIdentity {
	readonly pid: number;
	/** In clock ticks since the host booted (proc(5), field 22 of stat). */
	readonly startedAt: string;
}

/** null: no such process, or it is only waiting to be reaped. */
export function identify(pid: number): ProcessIdentity | null {
	const fields = statFields(pid);
	const [state, startedAt] = [fields?.[0], fields?.[19]];
	return startedAt === undefined || state === "Z" ? null : { pid, startedAt };
}

export function isAlive({ pid, startedAt }: ProcessIdentity): boolean {
	return identify(pid)?.startedAt === startedAt;
}

/** SIGKILL, to this very process only. */
export function killProcess(identity: ProcessIdentity): void {
	if (isAlive(identity)) process.kill(identity.pid, "SIGKILL");
}

/**
 * Kills a process and its children, and resolves when they are gone. A child that is the first of a pid namespace takes all
 * others in there with it, and is gone only after them.
 */
export async function killWithChildren(parent: ProcessIdentity): Promise<void> {
	if (!isAlive(parent)) return;
	const family = [parent, ...childrenOf(parent.pid).flatMap((pid) => identify(pid) ?? [])];
	for (const member of family) killProcess(member);
	const isOver = async () => (family.some(isAlive) ? null : true);
	const what = `process ${parent.pid} and its children are gone`;
	await waitFor(isOver, { what, timeoutMs: END_MS, signal: NO_SIGNAL, intervalMs: 10 });
}

export function childrenOf(pid: number): readonly number[] {
	const text = readIfThere(`/proc/${pid}/task/${pid}/children`);
	return (text ?? "").split(" ").filter(Boolean).map(Number);
}

export interface Usage {
	/** User and system, of the process, its living children and those that it has waited for. */
	readonly cpuSeconds: number;
	/** The most that one process of these held at a time. */
	readonly peakRssBytes: number;
}

/** proc(5): in clock ticks, which Linux has a hundred of a second in all that user space is told. */
const TICKS_PER_SECOND = 100;

/** What a process and all that it started have used so far; nothing when it is gone. */
export function usageOf(pid: number): Usage {
	const ticks = (statFields(pid) ?? []).slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
	return sumOfUsage([
		{ cpuSeconds: ticks / TICKS_PER_SECOND, peakRssBytes: statusBytes(pid, "VmHWM") },
		...childrenOf(pid).map(usageOf),
	]);
}

/** What it holds now. */
export function rssBytesOf(pid: number): number {
	return statusBytes(pid, "VmRSS");
}

function statusBytes(pid: number, field: "VmHWM" | "VmRSS"): number {
	const status = readIfThere(`/proc/${pid}/status`) ?? "";
	return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1] ?? 0) * 1024;
}

export function sumOfUsage(parts: readonly Usage[]): Usage {
	const cpuSeconds = parts.reduce((sum, part) => sum + part.cpuSeconds, 0);
	return { cpuSeconds, peakRssBytes: Math.max(0, ...parts.map(({ peakRssBytes }) => peakRssBytes)) };
}

/** The fields after the command's name, which may itself hold blanks and brackets; the first is the state. */
function statFields(pid: number): readonly string[] | null {
	const text = readIfThere(`/proc/${pid}/stat`);
	return text === null ? null : text.slice(text.lastIndexOf(")") + 2).split(" ");
}

/** null: the process is gone, which may also show in the middle of a read (ESRCH). */
function readIfThere(path: string): string | null {
	try {
		return readFileSync(path, "utf8");
	} catch (error) {
		const code = error instanceof Error && "code" in error ? error.code : undefined;
		if (code === "ENOENT" || code === "ESRCH") return null;
		throw error;
	}
}
