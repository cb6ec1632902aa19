import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { AuditDesk } from "../audit/audit-desk.ts";

/** Proxies close what says nothing for a minute. */
const HEARTBEAT_MS = 20_000;

interface Following {
	/** The line that the client has already. */
	readonly after: number;
	/** Whether its token still counts. */
	readonly isWelcome: () => boolean;
	/** Of the dashboard's files, for pages that were loaded before an upgrade. */
	readonly edition: string;
}

/**
 * Sends the journal's lines after one as server-sent events (WHATWG HTML 9.2), each with its number as the id, so that a
 * client that comes again says where it was. Who reads slowly holds up nobody: it is sent more when it has read. Whose token
 * counts no longer is sent nothing more.
 */
export async function streamLines(
	response: ServerResponse,
	desk: AuditDesk,
	{ after, isWelcome, edition }: Following,
): Promise<void> {
	const gone = new AbortController();
	let wake: () => void = () => undefined;
	response.on("close", () => {
		gone.abort();
		wake();
	});
	const unlisten = desk.listen(() => wake());
	const heartbeat = setInterval(() => {
		if (!isWelcome()) {
			// Who reads nothing either would stay for ever.
			if (response.writableNeedDrain) response.destroy();
			wake();
		} else if (!response.writableNeedDrain) response.write(": still here\n\n");
	}, HEARTBEAT_MS);
	try {
		const hello = JSON.stringify({ seq: after, dashboard: edition });
		response.write(`retry: 2000\nid: ${after}\nevent: hello\ndata: ${hello}\n\n`);
		for (let sent = after; !gone.signal.aborted && isWelcome(); ) {
			const frames = desk.frames(sent);
			if (frames) {
				sent = frames.seq;
				const isRoom = response.write(frames.bytes);
				if (!isRoom) await once(response, "drain", { signal: gone.signal }).catch(() => undefined);
				continue;
			}
			await new Promise<void>((resolve) => {
				wake = resolve;
			});
		}
	} finally {
		clearInterval(heartbeat);
		unlisten();
		response.end();
	}
}
