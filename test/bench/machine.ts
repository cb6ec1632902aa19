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
