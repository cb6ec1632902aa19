import type { TimeWindow } from "./time-window.ts";

/** Limits in bytes per second; null is none. */
export interface Rates {
	readonly up: number | null;
	readonly down: number | null;
}

/** Limits by time of day: those of the first window that is open, else the ones outside of windows. */
export interface Bandwidth extends Rates {
	readonly windows: readonly (TimeWindow & Rates)[];
}

/** How fast each machine may send and receive a package, and which machines are still to have it. */
export interface PackageShape extends Rates {
	readonly sha256: string;
	/** Null: not known, so that who has it goes on seeding for its whole time. */
	readonly awaitedBy: readonly string[] | null;
	/** Machines that are out of reach now are to have it, too: somebody keeps it for them. */
	readonly hasLatecomers: boolean;
}

export interface Shape {
	/** Of the controller's own peer. */
	readonly uploadBytesPerSecond: number | null;
	readonly packages: readonly PackageShape[];
}

/** Machines behind one slow link: by address, or by label. */
export interface Site {
	readonly name: string;
	/** "10.2.0.0/16", "fd00:2::/32". */
	readonly subnets: readonly string[];
	/** `key` or `key=value`. */
	readonly labelsIncludeAny: readonly string[];
}
