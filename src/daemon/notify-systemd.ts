import { execFile } from "node:child_process";
import { printable } from "../policy/printable.ts";

/**
 * Tells systemd of us by variables such as READY=1 (sd_notify(3)), through its own helper, since Node has no unix datagram
 * sockets. Where no systemd waits for it, and where the helper fails, nothing happens: it is news, not work.
 */
export function notifySystemd(...variables: readonly string[]): Promise<void> {
	if (!process.env.NOTIFY_SOCKET) return Promise.resolve();
	return new Promise((resolve) => {
		execFile("systemd-notify", [...variables], { timeout: 5_000 }, () => resolve());
	});
}

const STATUS_EVERY_MS = 1_000;
/** Characters: what a person reads in one look. */
const LONGEST_STATUS = 2_000;

/**
 * STATUS= of a sentence. A line's end in what a person or a machine said would begin another variable, such as WATCHDOG=trigger; with
 * a NUL in it, or longer than an argument may be, the helper could not even be started.
 */
export function statusVariable(sentence: string): string {
	return `STATUS=${printable(sentence, LONGEST_STATUS)}`;
}

/** A writer of STATUS= that starts at most one helper a second; the first sentence goes at once, and the last one always gets through. */
export function statusWriter(): (sentence: string) => void {
	let latest = "";
	let isDue = false;
	let writtenAt = Number.NEGATIVE_INFINITY;
	const write = () => {
		isDue = false;
		writtenAt = performance.now();
		void notifySystemd(statusVariable(latest));
	};
	return (sentence) => {
		latest = sentence;
		if (isDue) return;
		isDue = true;
		setTimeout(write, Math.max(0, writtenAt + STATUS_EVERY_MS - performance.now())).unref();
	};
}
