import { readFileSync } from "node:fs";

/** What a process holds in memory, buffers and all, by /proc/PID/status (proc(5), VmRSS in kB); null: gone, or a system without /proc. */
export function residentBytes(pid: number): number | null {
	const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(statusOf(pid)) ?? [];
	return kib === undefined ? null : Number(kib) * 1024;
}

function statusOf(pid: number): string {
	try {
		return readFileSync(`/proc/${pid}/status`, "utf8");
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code === "ENOENT" || code === "ESRCH") return "";
		throw error;
	}
}
