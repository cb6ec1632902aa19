import type { Footprint } from "../../lab/footprint.ts";
import type { HostPackages } from "../../lab/host-packages.ts";
import type { Agent } from "./agent.ts";
import type { Host } from "./host.ts";
import type { Program } from "./program.ts";

/** The random file that everybody moves. */
export interface Payload {
	readonly file: string;
	readonly sizeBytes: number;
	/** Hex. */
	readonly sha256: string;
}

export interface Field {
	readonly source: Host;
	readonly machines: readonly Host[];
	readonly payload: Payload;
	/** Of this race alone. */
	readonly folder: string;
	readonly footprint: Footprint;
	readonly signal: AbortSignal;
	/** Our peer as one executable; null: from the sources. */
	readonly agent: Agent;
}

/** One machine on its way. */
export interface Runner {
	readonly host: Host;
	readonly program: Program;
	/** Where the file is once it is complete. */
	readonly file: string;
	/** On the clock of performance.now(); rejects when its program ends before. */
	readonly completed: Promise<number>;
}

export interface Race {
	/** What serves the file. */
	readonly sourcePids: readonly number[];
	/** Gives the start to these machines. Resolves when all of them are told, not when they are done. */
	start(machines: readonly Host[]): Promise<readonly Runner[]>;
	/** Bytes of the package that the source has sent, where it keeps count. */
	readonly sentBytes?: () => Promise<number>;
	stop(): Promise<void>;
}

/** A way of bringing a file to many machines. */
export interface System<R extends Race = Race> {
	readonly name: string;
	readonly packages: HostPackages;
	/** Everything that may be done before the start is given: torrents made, the source up. */
	prepare(field: Field): Promise<R>;
}
