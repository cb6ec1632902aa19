import type { Wire } from "webtorrent-hybrid";
import { pieceColumns } from "../model/piece-columns.ts";
import type { MachinePieces, PackagePieces } from "./messages.ts";
import { pieceLevels } from "./piece-levels.ts";

/** Machines announce themselves every 30 seconds at the latest. */
const SILENT_MS = 90_000;

export interface HoldingsOptions {
	readonly pieceCount: number;
	/** By the peer's id in hex; undefined: it has not announced itself. */
	readonly machineOf: (peerId: string) => string | undefined;
}

export interface AnnouncedPieces {
	readonly machine: string;
	/** As its query has it: anything. */
	readonly levels: unknown;
	readonly hasAll: boolean;
	readonly isStopping: boolean;
}

interface Told {
	readonly levels: string;
	readonly hasLeft: boolean;
	readonly at: number;
}

/**
 * Which pieces of one package machines hold: the source's neighbours as their wires keep it anyway, so that it costs nothing until
 * somebody asks; the others, which get everything from each other, as they told the tracker last. Of a machine that has left,
 * what it held then. Times are in milliseconds on any clock that does not go back.
 */
export class Holdings {
	readonly #options: HoldingsOptions;
	readonly #wires = new Set<Wire>();
	/** By machine. */
	readonly #told = new Map<string, Told>();

	constructor(options: HoldingsOptions) {
		this.#options = options;
	}

	join(wire: Wire): void {
		this.#wires.add(wire);
	}

	leave(wire: Wire, now: number): void {
		if (!this.#wires.delete(wire)) return;
		const machine = this.#machineOf(wire);
		const levels = this.#levelsOf(wire);
		// Whoever ends before it has told anything holds what it held before.
		if (machine !== undefined && /[^0]/.test(levels)) this.#told.set(machine, { levels, hasLeft: true, at: now });
	}

	/** A stranger does not say which pieces it holds. */
	announced({ machine, levels, hasAll, isStopping }: AnnouncedPieces, now: number): void {
		const columns = pieceColumns(this.#options.pieceCount);
		const told = hasAll ? "f".repeat(columns) : levels;
		if (typeof told !== "string" || told.length !== columns || /[^0-9a-f]/.test(told)) return;
		this.#told.set(machine, { levels: told, hasLeft: isStopping, at: now });
	}

	report(now: number): Omit<PackagePieces, "sha256"> {
		const machines = new Map<string, MachinePieces>();
		for (const [machine, { levels, hasLeft, at }] of this.#told)
			machines.set(machine, { machine, levels, hasLeft: hasLeft || now - at > SILENT_MS });
		// Of several lives of a machine the newest counts.
		for (const wire of this.#wires) {
			const machine = this.#machineOf(wire);
			if (machine === undefined) continue;
			machines.set(machine, { machine, levels: this.#levelsOf(wire), hasLeft: false });
		}
		return { pieceCount: this.#options.pieceCount, machines: [...machines.values()] };
	}

	#machineOf({ peerId }: Wire): string | undefined {
		return peerId === null ? undefined : this.#options.machineOf(peerId);
	}

	#levelsOf({ peerPieces }: Wire): string {
		return pieceLevels(this.#options.pieceCount, (piece) => peerPieces.get(piece));
	}
}
