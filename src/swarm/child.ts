import { AllowList } from "./allow-list.ts";
import { HttpSource } from "./http-source.ts";
import { makeTorrent } from "./make-torrent.ts";
import type { Opening, Order, PackagePieces, Report, Shared } from "./messages.ts";
import { Seeder } from "./seeder.ts";
import { Sent } from "./sent.ts";
import { Shaping } from "./shaping.ts";
import { Tracker } from "./tracker.ts";

/**
 * The swarm process: tracker and source, apart from the daemon because the libraries can be crashed by a peer. It holds no
 * keys and no database. Whatever breaks ends it with a line on stderr, and the daemon starts it again.
 */
class SwarmChild {
	readonly #allowed = new AllowList();
	readonly #opening: Opening;
	readonly #seeder: Seeder;
	readonly #shared = new Map<string, Promise<Shared>>();
	readonly #sha256s = new Map<string, string>();
	readonly #sent = new Sent();
	readonly #shaping = new Shaping();
	readonly #sizes = new Map<string, number>();
	readonly #httpSource: HttpSource;
	#tracker: Tracker | null = null;

	constructor(opening: Opening) {
		this.#opening = opening;
		this.#httpSource = new HttpSource({
			storeFolder: opening.storeFolder,
			allowed: this.#allowed,
			sizeOf: (sha256) => this.#sizes.get(sha256),
			sent: this.#sent,
			throttle: () => this.#seeder.throttle(),
			machineLimit: (sha256) => this.#shaping.limitsOf(sha256).down ?? null,
		});
		this.#seeder = new Seeder({
			host: opening.host,
			port: opening.ports.peer,
			allowed: this.#allowed,
			hasOtherSeeds: (infoHash) => this.#tracker?.hasSeeds(infoHash) ?? false,
			machineOf: (peerId) => this.#tracker?.machineOf(peerId),
			onSent: (infoHash, { peerId, bytes }) => this.#count(infoHash, peerId, bytes),
			onBroken: endWith,
		});
	}

	async open(): Promise<void> {
		const sourcePort = await this.#seeder.listening();
		this.#tracker = new Tracker({
			host: this.#opening.host,
			port: this.#opening.ports.tracker,
			sourcePort,
			allowed: this.#allowed,
			sha256Of: (infoHash) => this.#sha256s.get(infoHash),
			shaping: this.#shaping,
			answerOther: (request, response) => this.#httpSource.answer(request, response),
			onPieces: (infoHash, pieces) => this.#seeder.holdings(infoHash)?.announced(pieces, performance.now()),
			onProgress: (progress) => tell({ kind: "progress", progress }),
			onBroken: endWith,
		});
		tell({ kind: "opened", ports: { tracker: await this.#tracker.listen(), peer: sourcePort } });
	}

	obey(order: Exclude<Order, { kind: "open" }>): void {
		switch (order.kind) {
			case "admit":
				this.#allowed.replace(order.peers);
				this.#seeder.dropOthers();
				this.#httpSource.dropOthers();
				this.#tracker?.dropOthers();
				return;
			case "shape":
				this.#shaping.replace(order.shape);
				this.#seeder.limit(order.shape.uploadBytesPerSecond);
				return;
			case "share":
				void answer(order.id, this.#share(order.sha256));
				return;
			case "retire":
				void this.#retire(order.sha256);
				return;
			case "count":
				tell({ kind: "sent", sent: this.#sent.take() });
				tell({ kind: "answer", id: order.id, answer: null });
				return;
			case "pieces":
				tell({ kind: "answer", id: order.id, answer: this.#pieces() });
		}
	}

	#count(infoHash: string, peerId: string, bytes: number): void {
		const sha256 = this.#sha256s.get(infoHash);
		if (sha256 !== undefined) this.#sent.add(sha256, this.#tracker?.machineOf(peerId) ?? "", bytes);
	}

	#pieces(): readonly PackagePieces[] {
		return [...this.#sha256s].flatMap(([infoHash, sha256]) => {
			const holdings = this.#seeder.holdings(infoHash);
			return holdings ? [{ sha256, ...holdings.report(performance.now()) }] : [];
		});
	}

	#share(sha256: string): Promise<Shared> {
		const shared = this.#shared.get(sha256) ?? this.#begin(sha256);
		this.#shared.set(sha256, shared);
		shared.catch(() => this.#shared.delete(sha256));
		return shared;
	}

	/** What it sent stays counted. */
	async #retire(sha256: string): Promise<void> {
		const shared = await this.#shared.get(sha256)?.catch(() => null);
		this.#shared.delete(sha256);
		this.#sizes.delete(sha256);
		if (shared) await this.#seeder.retire(shared.infoHash);
	}

	async #begin(sha256: string): Promise<Shared> {
		const made = await makeTorrent(this.#opening.storeFolder, sha256);
		await this.#seeder.share(made);
		this.#sha256s.set(made.infoHash, sha256);
		this.#sizes.set(sha256, made.sizeBytes);
		return { infoHash: made.infoHash, sizeBytes: made.sizeBytes };
	}
}

async function answer(id: number, pending: Promise<Extract<Report, { kind: "answer" }>["answer"]>): Promise<void> {
	await pending.then(
		(value) => tell({ kind: "answer", id, answer: value }),
		(error: Error) => tell({ kind: "refused", id, detail: error.message }),
	);
}

function tell(report: Report): void {
	if (process.connected) process.send?.(report);
}

function endWith(error: unknown): never {
	process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
	process.exit(1);
}

let child: SwarmChild | null = null;

function receive(order: Order): void {
	if (order.kind !== "open") child?.obey(order);
	else if (!child) {
		child = new SwarmChild(order.opening);
		child.open().catch(endWith);
	}
}

process.on("message", receive);
// The daemon is gone, killed perhaps: nobody may go on holding its ports.
process.on("disconnect", () => process.exit(0));
process.on("uncaughtException", endWith);
process.on("unhandledRejection", endWith);
// A signal to the whole process group is for the daemon, which then ends us.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => undefined);
