import assert from "node:assert/strict";
import { test } from "node:test";
import { Downloads } from "../../../src/swarm/peer/downloads.ts";
import type { Neighbour } from "../../../src/swarm/peer/neighbour.ts";
import { PieceBuffers } from "../../../src/swarm/peer/piece-buffers.ts";
import { PieceMap } from "../../../src/swarm/peer/piece-map.ts";
import { KnownBuffers } from "./known-buffers.ts";

const PIECE_BYTES = 64 * 1024;
const PIECES = 64;
const TICK_MS = 100;

interface Answer {
	readonly piece: number;
	readonly length: number;
	leftBytes: number;
	readonly arrived: (error: Error | null, block: Uint8Array | null) => void;
}

/** A neighbour that holds everything and answers in order; what it has begun to send cannot be called back. */
class Holder {
	readonly offer = Array.from({ length: PIECES }, (_, piece) => piece);
	readonly blockBytes: number = PIECE_BYTES;
	protected readonly answers: Answer[] = [];
	isSource = false;
	/** Its own link; what it is asked for waits. */
	isStuck = false;
	goodPieces = 1;
	badPieces = 0;
	askedBytes = 0;
	rate = 0;
	quietSeconds = 0;
	isClosed = false;
	timesAsked = 0;

	readonly wire = {
		request: (piece: number, _offset: number, length: number, arrived: Answer["arrived"]) => {
			this.timesAsked++;
			this.answers.push({ piece, length, leftBytes: length, arrived });
		},
		cancel: (piece: number) => {
			const at = this.answers.findIndex((answer) => answer.piece === piece && answer.leftBytes === answer.length);
			for (const { arrived } of at < 0 ? [] : this.answers.splice(at, 1)) arrived(new Error("cancelled"), null);
		},
	};

	get bearsMore(): boolean {
		return this.askedBytes < Math.max(32 * 1024, this.rate * 0.4);
	}

	get isBusy(): boolean {
		return this.answers.length > 0 && !this.isStuck;
	}

	get unanswered(): readonly number[] {
		return this.answers.map(({ piece }) => piece);
	}

	has(): boolean {
		return true;
	}

	close(): void {
		this.isClosed = true;
	}

	/** Its connection ends. */
	leave(): void {
		for (const { arrived } of this.answers.splice(0)) arrived(new Error("it has left"), null);
	}

	/** So many bytes pass. */
	send(bytes: number): void {
		let left = this.isStuck ? 0 : bytes;
		while (left > 0 && this.answers[0]) {
			const [answer] = this.answers;
			const passed = Math.min(left, answer.leftBytes);
			answer.leftBytes -= passed;
			left -= passed;
			if (answer.leftBytes > 0) break;
			this.answers.shift();
			answer.arrived(null, new Uint8Array(answer.length));
		}
		const sent = this.isStuck ? 0 : bytes - left;
		this.told(sent);
	}

	protected told(bytes: number): void {
		this.quietSeconds = bytes > 0 ? 0 : this.quietSeconds + TICK_MS / 1000;
		this.rate = this.rate * 0.88 + (bytes / (TICK_MS / 1000)) * 0.12;
	}
}

/** It serves others too, so that each answer takes a while, however fast our own link is. */
class BusyHolder extends Holder {
	readonly #takesMs: number;
	#now = 0;
	readonly #dueAt = new Map<Answer, number>();

	constructor(takesMs: number) {
		super();
		this.#takesMs = takesMs;
	}

	override get isBusy(): boolean {
		return false;
	}

	override send(): void {
		this.#now += TICK_MS;
		let sent = 0;
		for (const answer of [...this.answers]) {
			const dueAt = this.#dueAt.get(answer) ?? this.#now + this.#takesMs - TICK_MS;
			this.#dueAt.set(answer, dueAt);
			if (this.#now < dueAt) continue;
			this.answers.splice(this.answers.indexOf(answer), 1);
			sent += answer.length;
			answer.arrived(null, new Uint8Array(answer.length));
		}
		this.told(sent);
	}
}

class LongHolder extends Holder {
	override readonly blockBytes = 128 * 1024;
}

function downloadsFrom(
	holders: readonly Holder[],
	{ pieceBytes = PIECE_BYTES, buffers = new PieceBuffers(pieceBytes, 4) } = {},
): Downloads {
	return new Downloads({
		pieces: new PieceMap(PIECES),
		lengthOf: () => pieceBytes,
		buffers,
		keep: async () => "kept",
		neighbours: () => holders as unknown as readonly Neighbour[],
		onLiar: () => undefined,
		now: () => 0,
		chance: () => 0.5,
	});
}

/** Receives everything over a link of our own that carries so much, shared by all who send; answers what it took. */
async function receive(
	holders: readonly Holder[],
	{ bytesPerSecond, count = PIECES }: { readonly bytesPerSecond: number; readonly count?: number },
) {
	let now = 0;
	let passedBytes = 0;
	const pieces = new PieceMap(count);
	const downloads = new Downloads({
		pieces,
		lengthOf: () => PIECE_BYTES,
		buffers: new PieceBuffers(PIECE_BYTES, 4),
		keep: async (piece) => {
			if (!pieces.isHeld(piece)) pieces.hold(piece);
			return "kept";
		},
		neighbours: () => holders as unknown as readonly Neighbour[],
		onLiar: () => undefined,
		now: () => now,
		chance: () => 0.5,
	});
	downloads.askAll();
	const giveUpMs = (20 * count * PIECE_BYTES * 1000) / bytesPerSecond;
	while (!pieces.isComplete && now < giveUpMs) {
		const busy = holders.filter(({ isBusy }) => isBusy);
		const budget = (bytesPerSecond * TICK_MS) / 1000;
		passedBytes += busy.length > 0 ? budget : 0;
		for (const holder of holders) holder.send(holder.isBusy ? budget / busy.length : 0);
		await null;
		now += TICK_MS;
		downloads.rebalance();
		await null;
	}
	downloads.stop();
	const floorMs = (count * PIECE_BYTES * 1000) / bytesPerSecond;
	return {
		isComplete: pieces.isComplete,
		seconds: now / 1000,
		floors: now / floorMs,
		copies: passedBytes / (count * PIECE_BYTES),
	};
}

for (const kilobits of [64, 1_000, 5_000]) {
	test(`over a link of ${kilobits} kbit/s each piece comes once, however many could send it`, async () => {
		const holders = Array.from({ length: 23 }, () => new Holder());
		const { isComplete, floors, copies } = await receive(holders, { bytesPerSecond: kilobits * 125 });
		assert.equal(isComplete, true);
		assert.ok(floors < 1.2, `it took ${floors.toFixed(2)} times what the link needs`);
		assert.ok(copies < 1.1, `${copies.toFixed(2)} copies passed the link`);
		assert.ok(holders.every(({ isClosed }) => !isClosed));
	});
}

test("what a neighbour that has fallen silent was asked for comes from others", async () => {
	const holders = Array.from({ length: 4 }, () => new Holder());
	const [stuck] = holders;
	assert.ok(stuck);
	stuck.isStuck = true;
	const { isComplete, floors } = await receive(holders, { bytesPerSecond: 125_000 });
	assert.equal(isComplete, true);
	assert.ok(floors < 1.3, `it took ${floors.toFixed(2)} times what the link needs`);
});

test("what the source shows is asked for at once, however much was asked of others", async () => {
	const others = Array.from({ length: 30 }, () => new Holder());
	const source = new Holder();
	const newest = source.offer.splice(0, PIECES - 1).length;
	for (const { offer } of others) offer.pop();
	source.isSource = true;
	const downloads = downloadsFrom([...others, source]);
	downloads.askAll();
	assert.ok(
		others.some(({ timesAsked }) => timesAsked === 0),
		"others were asked for all that is borne",
	);
	assert.deepEqual(source.unanswered, [newest]);
	downloads.stop();
});

test("of a long piece the source is asked for half a MiB at once, and for more once that has come; another for a block", () => {
	const [source, other] = [new LongHolder(), new LongHolder()];
	source.isSource = true;
	const pieceBytes = 1024 * 1024;
	const downloads = downloadsFrom([source, other], { pieceBytes });
	downloads.askAll();
	assert.deepEqual([source.timesAsked, other.timesAsked], [4, 1]);
	source.send(3 * source.blockBytes);
	assert.equal(source.timesAsked, 4);
	source.send(source.blockBytes);
	assert.equal(source.timesAsked, 8);
});

test("a limit that is lifted lets the next be asked for at once, however long the old one would have made it wait", () => {
	const holder = new Holder();
	const downloads = downloadsFrom([holder]);
	downloads.limit(100);
	const before = holder.timesAsked;
	holder.send(PIECE_BYTES);
	assert.equal(holder.timesAsked, before);
	downloads.limit(null);
	assert.ok(holder.timesAsked > before);
	downloads.stop();
});

test("who gets less than its link has carried asks for no less than before", () => {
	const asked = (rates: readonly number[]) => {
		const holders = Array.from({ length: 60 }, () => new Holder());
		const downloads = downloadsFrom(holders);
		downloads.pause();
		for (const rate of rates) {
			for (const holder of holders) holder.rate = rate / holders.length;
			downloads.rebalance();
		}
		downloads.resume();
		downloads.stop();
		return holders.reduce((sum, { askedBytes }) => sum + askedBytes, 0) / PIECE_BYTES;
	};
	assert.equal(asked([100_000]), 8, "512 KiB at least");
	assert.equal(asked([1_000_000]), 23, "1.5 s of it");
	assert.equal(asked([1_000_000, 100_000]), 23);
	assert.equal(asked([1_000_000, ...Array.from({ length: 1_390 }, () => 100_000)]), 12, "half of it after 139 s");
});

test("a late piece is asked of others too, and keeps its place with whoever has much to do", async () => {
	const slow = new BusyHolder(1_200);
	const slower = new BusyHolder(2_000);
	slow.offer.splice(1);
	slower.offer.splice(1);
	for (const holder of [slow, slower]) holder.rate = 400_000;
	const { seconds } = await receive([slow, slower], { bytesPerSecond: 1_000_000, count: 1 });
	assert.equal(seconds, 1.2);
	assert.deepEqual([slow.timesAsked, slower.timesAsked], [1, 1]);
	assert.deepEqual([slow.unanswered, slower.unanswered], [[], []], "whoever is too late need not send it any more");
});

test("what pieces were put together in is used again, of those that are kept and of those that a neighbour leaves half way", async () => {
	const holders: LongHolder[] = [];
	const pieceBytes = 256 * 1024;
	const buffers = new KnownBuffers(pieceBytes, 4);
	const downloads = downloadsFrom(holders, { pieceBytes, buffers });
	const receive = async (holder: LongHolder, blocks: number) => {
		holders.splice(0, 1, holder);
		downloads.askAll();
		for (let block = 0; block < blocks; block++) {
			holder.send(holder.blockBytes);
			await null;
		}
		downloads.forget(holder as unknown as Neighbour);
		holder.leave();
		assert.ok(holder.timesAsked > blocks);
	};
	await receive(new LongHolder(), 16);
	for (let time = 0; time < 8; time++) await receive(new LongHolder(), 1);
	downloads.stop();
	assert.ok(buffers.handedOut.size <= 2, `${buffers.handedOut.size} buffers were handed out`);
});
