import type { MachineEvent } from "../model/event.ts";
import { Link, type Question, type Response } from "./link.ts";
import { type Change, MachineTable } from "./machine-table.ts";
import { lanAddresses, networkOf } from "./network.ts";
import { ProblemLog } from "./problem-log.ts";
import { type Heard, readResponse } from "./read-response.ts";

const MAX_MACHINES = 4096;
/** The first queries come quickly (RFC 6762 section 5.2), then at an even pace that keeps the table fresh. */
const FIRST_PAUSES_MS = [1000, 2000];
const PAUSE_MS = 20_000;
const JITTER = 0.1;
/** Node fires a longer timer at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export type DiscoveryEvent = { readonly at: number } & Extract<MachineEvent, { kind: "MachineSeen" | "MachineLost" }>;

export interface BrowserOptions {
	/** Our own IPv4 addresses to browse on. Empty: every one that is not loopback, looked up anew at each query. */
	readonly interfaces: readonly string[];
	/** DNS-SD types over TCP whose SRV records carry SSH's port; where they differ, the first counts. */
	readonly serviceTypes?: readonly string[];
	readonly onEvent: (event: DiscoveryEvent) => void;
	/** What could not be done or was ignored, at most one a minute of each kind. */
	readonly onProblem: (detail: string) => void;
	/** Milliseconds since the epoch, for the events' `at`. TTLs run on the monotonic clock. */
	readonly now: () => number;
	/** Spreads queries; 0 up to 1. */
	readonly jitter?: () => number;
}

/**
 * Browses mDNS and says which machines appear, come back, change and go. All of it is a hint: a machine is its SSH host key.
 * MachineSeen: new, changed, back after a silence, or once in 30 s while it answers. MachineLost: goodbye, or its TTL ran out.
 */
export class Browser {
	readonly #options: BrowserOptions;
	readonly #serviceTypes: readonly string[];
	readonly #problems: ProblemLog;
	readonly #table: MachineTable;
	readonly #links = new Map<string, Link>();
	/** This start's own, until it is stopped. */
	#run: { queries: number } | null = null;
	#queryTimer: NodeJS.Timeout | undefined;
	#expiry: { readonly timer: NodeJS.Timeout; readonly at: number } | null = null;

	constructor(options: BrowserOptions) {
		this.#options = options;
		this.#serviceTypes = options.serviceTypes ?? ["ssh", "fleetseed"];
		this.#problems = new ProblemLog(options.onProblem);
		this.#table = new MachineTable({
			capacity: MAX_MACHINES,
			tell: (change) => options.onEvent(this.#eventOf(change)),
		});
	}

	/** Resolves once the first query is out on every interface that is up. An interface that is not is tried again. */
	async start(): Promise<void> {
		if (this.#run) return;
		this.#run = { queries: 0 };
		await this.#query(this.#run);
	}

	/** No event comes after it resolved. What is known is kept for the next start. */
	async stop(): Promise<void> {
		this.#run = null;
		clearTimeout(this.#queryTimer);
		clearTimeout(this.#expiry?.timer);
		this.#expiry = null;
		const links = [...this.#links.values()];
		this.#links.clear();
		await Promise.all(links.map((link) => link.stop()));
	}

	/** The approved machines: they always find room in the table. */
	protect(names: ReadonlySet<string>): void {
		this.#table.protect(names);
	}

	async #query(run: { queries: number }): Promise<void> {
		await this.#openLinks(run);
		if (this.#run !== run) return;
		for (const link of this.#links.values()) link.browse();
		const pauseMs = FIRST_PAUSES_MS[run.queries] ?? PAUSE_MS;
		run.queries += 1;
		const jitter = this.#options.jitter ?? Math.random;
		this.#queryTimer = setTimeout(() => void this.#query(run), pauseMs * (1 + JITTER * jitter()));
		this.#armExpiry();
	}

	/** Follows interfaces that come and go. */
	async #openLinks(run: { queries: number }): Promise<void> {
		const { interfaces } = this.#options;
		const wanted = new Set(interfaces.length > 0 ? interfaces : lanAddresses());
		for (const [address, link] of [...this.#links]) {
			if (wanted.has(address) && networkOf(address) && link.isOpen) continue;
			this.#links.delete(address);
			await link.stop();
		}
		for (const address of wanted) if (this.#run === run && !this.#links.has(address)) await this.#openLink(address);
		if (wanted.size === 0) this.#problems.tell("no interface", "no network interface has an IPv4 address yet");
	}

	async #openLink(address: string): Promise<void> {
		const network = networkOf(address);
		if (!network) {
			this.#problems.tell(`link ${address}`, `no interface has the address ${address}; it is tried again`);
			return;
		}
		const onResponse = (response: Response) => this.#hear(link, response);
		const link = new Link({ network, serviceTypes: this.#serviceTypes, onResponse, problems: this.#problems });
		this.#links.set(address, link);
		await link.start();
		// Stopped meanwhile.
		if (this.#links.get(address) !== link) await link.stop();
	}

	#hear(link: Link, { packet, network, senderAddress, isAnswer }: Response): void {
		if (this.#links.get(network.address) !== link) return;
		const { heard, refusedHosts } = readResponse(packet, this.#serviceTypes, network);
		const rankOf = (address: string) => (address === senderAddress ? 2 : Number(network.contains(address)));
		const hearing = { nowMs: performance.now(), link: network.address, rankOf, isAnswer };
		const noRoom = this.#table.hear(heard, hearing);
		link.ask(this.#questionsAfter(heard));
		this.#armExpiry();
		for (const host of refusedHosts)
			this.#problems.tell(
				"host name",
				`mDNS from ${senderAddress}: ignored ${JSON.stringify(host.slice(0, 100))}, not a machine name`,
			);
		for (const name of noRoom)
			this.#problems.tell(
				"table full",
				`mDNS from ${senderAddress}: ignored ${name}, ${MAX_MACHINES} machines are known already`,
			);
	}

	/** What the response left out, to be asked for. */
	#questionsAfter(heard: readonly Heard[]): readonly Question[] {
		return heard.flatMap((record): readonly Question[] => {
			if (record.kind === "service" && this.#table.isIncomplete(record.machine))
				return [{ name: record.host, type: "A" }];
			if (record.kind !== "pointer" || record.ttlMs === 0 || this.#table.knows(record.instance)) return [];
			return [
				{ name: record.instance, type: "SRV" },
				{ name: record.instance, type: "TXT" },
			];
		});
	}

	#armExpiry(): void {
		const at = this.#table.soonestExpiry;
		if (at === Number.POSITIVE_INFINITY || (this.#expiry && this.#expiry.at <= at)) return;
		clearTimeout(this.#expiry?.timer);
		const waitMs = Math.min(Math.max(Math.ceil(at - performance.now()), 1), MAX_TIMER_MS);
		this.#expiry = { at, timer: setTimeout(() => this.#expire(), waitMs) };
	}

	#expire(): void {
		this.#expiry = null;
		this.#table.expire(performance.now());
		this.#armExpiry();
	}

	#eventOf(change: Change): DiscoveryEvent {
		const at = this.#options.now();
		if (change.kind === "lost") return { at, kind: "MachineLost", machine: change.machine, reason: change.reason };
		return { at, kind: "MachineSeen", machine: change.machine, source: "mdns", groups: [], ...change.sighting };
	}
}
