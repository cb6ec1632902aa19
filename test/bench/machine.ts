import { cpus, totalmem } from "node:os";

/** What the figures were measured on. */
export function describeMachine() {
	return {
		cpu: cpus()[0]?.model ?? "",
		cores: cpus().length,
		memoryMiB: Math.round(totalmem() / 2 ** 20),
		node: process.version,
	};
}

/** Begins to watch; the answer tells which share of all cores' time was used since, by whomever, in percent. */
export function watchBusy(): () => number {
	const before = coreTimes();
	return () => {
		const after = coreTimes();
		const idle = after.idle - before.idle;
		const all = after.all - before.all;
		return all === 0 ? 0 : 100 * (1 - idle / all);
	};
}

function coreTimes(): { idle: number; all: number } {
	const times = cpus().map((core) => core.times);
	const all = times.reduce((sum, { user, nice, sys, irq, idle }) => sum + user + nice + sys + irq + idle, 0);
	return { idle: times.reduce((sum, { idle }) => sum + idle, 0), all };
}
