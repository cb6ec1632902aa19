import type { Stats } from "node:fs";
import { lstat, rm } from "node:fs/promises";
import { connect } from "node:net";
import { CannotListen } from "./cannot-listen.ts";

/**
 * Makes room for a listening socket: one that a killed daemon left behind is removed, since nobody listens on it any more.
 * Anything else that is there is somebody's, and an error that names it.
 */
export async function clearSocketPath(path: string): Promise<void> {
	const found = await lstat(path).catch(nothingThere);
	if (!found) return;
	if (!found.isSocket())
		throw new CannotListen(
			`${path} is ${kindOf(found)}, not a socket, and is left alone: remove it, or name another socket`,
			"FS-CONFIG",
		);
	const error = await errorOfConnecting(path);
	if (error === null) throw new CannotListen(`another daemon answers on ${path}`, "FS-DAEMON-RUNNING");
	// Only this one says that nobody listens; a full backlog, for one, says EAGAIN.
	if (error.code === "ECONNREFUSED") await rm(path, { force: true });
	else if (error.code !== "ENOENT")
		throw new CannotListen(`${path} is a socket in use: ${error.message}`, "FS-DAEMON-RUNNING");
}

function nothingThere(error: NodeJS.ErrnoException): null {
	if (error.code !== "ENOENT") throw error;
	return null;
}

export function kindOf(stats: Stats): string {
	if (stats.isFile()) return "a regular file";
	if (stats.isDirectory()) return "a folder";
	return stats.isSymbolicLink() ? "a symbolic link" : "a device or pipe";
}

function errorOfConnecting(path: string): Promise<NodeJS.ErrnoException | null> {
	return new Promise((resolve) => {
		const socket = connect(path);
		socket.once("error", resolve);
		socket.once("connect", () => {
			socket.destroy();
			resolve(null);
		});
	});
}
