import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { constants, getPriority, setPriority } from "node:os";
import { join } from "node:path";
import { Peer, type PeerState } from "../swarm/peer/peer.ts";
import { FullMark } from "./full-mark.ts";

const PROGRESS_MS = 1_000;
const STOP_MS = 3_000;

export interface Fetch {
	readonly torrentFile: string;
	/** Where the package goes, named for its digest; while the disk has no room for more of it, a file `full` is there, too. */
	readonly folder: string;
	readonly seedSeconds: number;
	/** As long without a byte, or without one that the disk takes, before everything is there, and the fetch is given up. */
	readonly stallSeconds: number;
	/** Run with GID COUNT PATH, as aria2c runs its --on-bt-download-complete. */
	readonly onComplete: string | null;
	/** Ends it early, cleanly. */
	readonly signal: AbortSignal;
	/** A line for whoever follows the fetch. */
	readonly print: (line: object) => void;
}

export type Fetched = "seeded" | "dismissed" | "stopped" | "stalled";

/**
 * Receives the package of a torrent file, runs the program once it is complete, and seeds it until the time is over, or until the
 * controller's tracker says that nobody waits for it any more.
 */
export async function fetchPackage(fetch: Fetch): Promise<Fetched> {
	const torrent = await readFile(fetch.torrentFile);
	const { promise: ended, resolve: end } = Promise.withResolvers<Fetched>();
	let seeding: NodeJS.Timeout | undefined;
	let isTold = false;
	const refused = ({ message }: Error) => fetch.print({ event: "refused", message });
	const full = new FullMark({ folder: fetch.folder, onUnmarked: refused });
	const peer = new Peer({
		torrent,
		folder: fetch.folder,
		onCompleted: () => {
			void complete(fetch, peer, torrent).then(() => {
				isTold = true;
			});
			seeding = setTimeout(() => end("seeded"), fetch.seedSeconds * 1000);
		},
		onRefused: (error) => {
			refused(error);
			full.refused(error, peer.state?.heldBytes ?? 0);
		},
		onLiar: (address) => fetch.print({ event: "liar", address }),
	});
	const stop = () => end("stopped");
	fetch.signal.addEventListener("abort", stop, { once: true });
	if (fetch.signal.aborted) stop();
	const watching = watch(fetch, { peer, full, mayLeave: () => isTold, end });
	await peer.start();
	yieldToOthers();
	const how = await ended;
	clearTimeout(seeding);
	clearInterval(watching);
	fetch.signal.removeEventListener("abort", stop);
	await Promise.race([peer.stop(), new Promise((resolve) => setTimeout(resolve, STOP_MS))]);
	return how;
}

/** From now on whatever else the machine does comes first. Nobody but root may take back what was yielded before. */
function yieldToOthers(): void {
	const { PRIORITY_BELOW_NORMAL } = constants.priority;
	if (getPriority() < PRIORITY_BELOW_NORMAL) setPriority(PRIORITY_BELOW_NORMAL);
}

/** Resolves when the program has ended, well or not. */
async function complete({ folder, onComplete, print }: Fetch, peer: Peer, torrent: Uint8Array): Promise<void> {
	const { state } = peer;
	if (!state) return;
	const path = join(folder, state.sha256);
	print({ event: "completed", path, ...figures(state) });
	if (onComplete === null) return;
	const gid = createHash("sha1").update(torrent).digest("hex").slice(0, 16);
	await new Promise<void>((resolve) => {
		execFile(onComplete, [gid, "1", path], (error) => {
			if (error) print({ event: "program_failed", message: error.message });
			resolve();
		});
	});
}

interface Watched {
	readonly peer: Peer;
	readonly full: FullMark;
	/** Whoever waits for the package here knows that it is there. */
	readonly mayLeave: () => boolean;
	readonly end: (how: Fetched) => void;
}

/** Prints the progress once a second, and tells when bytes have stopped coming, and when nobody needs them from here. */
function watch({ print, stallSeconds }: Fetch, { peer, full, mayLeave, end }: Watched): NodeJS.Timeout {
	let bytes = -1;
	let movedAt = performance.now();
	return setInterval(() => {
		const { state } = peer;
		if (state) {
			print({ event: "progress", ...figures(state) });
			full.held(state.heldBytes);
		}
		if (state?.isDismissed && mayLeave()) {
			print({ event: "dismissed", message: "every machine that waited for the package has it" });
			end("dismissed");
		}
		const now = performance.now();
		// What is there already is still being read where there is no state.
		const hasMoved = !state || state.isComplete || state.downloadedBytes !== bytes;
		// What comes again and again in vain is no reason to stay.
		if (hasMoved && !full.isRefusing) movedAt = now;
		bytes = state?.downloadedBytes ?? bytes;
		if (now - movedAt < stallSeconds * 1000) return;
		const what = full.isRefusing ? "the disk took no byte" : "no byte arrived";
		print({ event: "stalled", message: `${what} for ${stallSeconds} s` });
		end("stalled");
	}, PROGRESS_MS);
}

function figures({ heldBytes, downloadedBytes, sourceBytes, uploadedBytes, wastedBytes, sizeBytes }: PeerState) {
	return { heldBytes, downloadedBytes, sourceBytes, uploadedBytes, wastedBytes, sizeBytes };
}
