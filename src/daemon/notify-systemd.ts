import { execFile } from "node:child_process";

/** Tells systemd of us (sd_notify(3)) by its own helper, since Node has no unix datagram sockets; elsewhere it does nothing. */
export function notifySystemd(...assignments: readonly string[]): Promise<void> {
	if (!process.env.NOTIFY_SOCKET) return Promise.resolve();
	return new Promise((resolve) => {
		execFile("systemd-notify", [...assignments], { timeout: 5_000 }, () => resolve());
	});
}
