import { failingDownloads } from "../console/failing-downloads.ts";
import type { Fleet } from "../model/fleet.ts";
import type { Decision } from "../plan/decide.ts";
import { countRollout, rostersOfRollouts } from "../plan/rollout-count.ts";
import type { PeerProgress } from "../swarm/swarm.ts";
import { waitingFor } from "./waiting-for.ts";

/** Deliveries: more than are ever under way. */
const MOST = 50_000;

interface Download {
	readonly receivedBytes: number;
	readonly sizeBytes: number | null;
}

/** What is under way right now, for people to look at; nothing is decided from it and it is not kept. */
export class Progress {
	readonly #peers = new Map<string, PeerProgress>();
	readonly #received = new Map<string, number>();
	#news = new Map<string, PeerProgress>();
	readonly #ways = new Map<string, string>();
	readonly #downloads = new Map<string, Download>();

	sawPeer(seen: PeerProgress): void {
		const key = `${seen.machine} ${seen.sha256}`;
		keep(this.#received, key, (this.#received.get(key) ?? 0) + this.#moreBytes(key, seen));
		keep(this.#peers, key, seen);
		this.#news.set(key, seen);
	}

	sawDownload(sha256: string, download: Download): void {
		this.#downloads.set(sha256, download);
	}

	/** What machines told the tracker last, of those that told anything since this was asked for. */
	takeNews(): Iterable<PeerProgress> {
		const news = this.#news;
		this.#news = new Map();
		return news.values();
	}

	peer(machine: string, sha256: string): PeerProgress | undefined {
		return this.#peers.get(`${machine} ${sha256}`);
	}

	/** The way that a delivery goes now, after each that gave up. */
	chose(machine: string, sha256: string, way: string): void {
		keep(this.#ways, `${machine} ${sha256}`, way);
	}

	/** "http: the machine has curl; passed over: ..." */
	wayOf(machine: string, sha256: string): string | undefined {
		return this.#ways.get(`${machine} ${sha256}`);
	}

	/** Share of the package that the machine holds, 0 to 1, as it told the tracker last. */
	delivered(machine: string, sha256: string, sizeBytes: number): number | undefined {
		const peer = this.#peers.get(`${machine} ${sha256}`);
		return peer && sizeBytes > 0 ? Math.max(0, Math.min(1, 1 - peer.leftBytes / sizeBytes)) : undefined;
	}

	/** Bytes that the machine told the tracker it has received in this life of the daemon, by all its peers. */
	receivedBytes(machine: string, sha256: string): number {
		return this.#received.get(`${machine} ${sha256}`) ?? 0;
	}

	/** A peer counts from its own beginning on, which may lie before ours. */
	#moreBytes(key: string, { event, downloadedBytes }: PeerProgress): number {
		const last = this.#peers.get(key)?.downloadedBytes;
		const isAnother = event === "started" || (last !== undefined && downloadedBytes < last);
		return isAnother ? downloadedBytes : downloadedBytes - (last ?? downloadedBytes);
	}

	/** What the daemon does or waits for, as one line: "office: 2 of 6 verified; in flight: 3 install; office: window opens 02:00 (4 machines)". */
	sentence(fleet: Fleet, decision: Decision, now: number): string {
		const parts = [
			...(fleet.pause ? [`paused by ${fleet.pause.by}`] : []),
			...rolloutLines(fleet, now),
			...[...fleet.running.values()].flatMap(({ step }) =>
				step.kind === "acquire" ? [this.#download(step.sha256)] : [],
			),
			...failingDownloads(fleet).map(({ names, code }) => `${names.join(", ")} cannot be downloaded (${code})`),
			inFlight(fleet),
			waitingFor(fleet, decision),
		];
		return parts.join("; ");
	}

	#download(sha256: string): string {
		const download = this.#downloads.get(sha256);
		if (!download) return "a package is being downloaded";
		const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
		const of = download.sizeBytes === null ? "" : ` of ${mib(download.sizeBytes)}`;
		return `downloading, ${mib(download.receivedBytes)}${of} MiB`;
	}
}

/** Of all that take part, whatever ring they are in and whether or not their turn has come. */
function rolloutLines(fleet: Fleet, now: number): readonly string[] {
	const rosters = rostersOfRollouts(fleet);
	return [...fleet.rollouts.values()].map((rollout) => {
		const { members, leftOut, verified, failed } = countRollout(fleet, rollout, now, rosters);
		const bad = failed > 0 ? `, ${failed} failed` : "";
		return `${rollout.policy.name}: ${verified} of ${members - leftOut} verified${bad}`;
	});
}

/** "in flight: 2 install, 1 deliver", by the kinds of steps. */
function inFlight({ running }: Fleet): string {
	const kinds = Map.groupBy(running.values(), ({ step }) => step.kind);
	const counts = [...kinds].map(([kind, each]) => `${each.length} ${kind}`);
	return counts.length === 0 ? "nothing in flight" : `in flight: ${counts.join(", ")}`;
}

/** What nothing was heard of for longest is forgotten. */
function keep<Told>(told: Map<string, Told>, key: string, latest: Told): void {
	told.delete(key);
	told.set(key, latest);
	const [oldest] = told.keys();
	if (oldest !== undefined && told.size > MOST) told.delete(oldest);
}
