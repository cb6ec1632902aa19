import { DELIVERY_METHODS, type DeliveryMethod } from "../model/policy.ts";
import type { Platform } from "./task.ts";

/** As stat(1) counts what a file has on the disk. */
const BLOCK_BYTES = 512;

export interface DeliveryFacts {
	readonly isStaged: boolean;
	readonly platform: Platform;
	/** On the PATH, of fleetseed-agent, aria2c, curl, wget and gzip. */
	readonly tools: ReadonlySet<string>;
	/** Digests of the helpers on the machine; false: it was pushed and does not run there. */
	readonly helpers: ReadonlyMap<string, boolean>;
	/** Null: df could not say. */
	readonly freeBytes: number | null;
	/** Of this package, from an earlier try. */
	readonly gotBytes: number;
	/** In pieces, with holes. */
	readonly piecesBytes: number;
	/** Of the package's beginning, without a hole. */
	readonly prefixBytes: number;
	readonly running: { readonly key: string; readonly method: DeliveryMethod } | null;
}

/** The lines of commands/read-delivery-facts.ts. What the machine says is data: whatever is not known to us is left out. */
export function parseDeliveryFacts(lines: readonly (readonly string[])[]): DeliveryFacts {
	const all = (name: string) => lines.filter(([first]) => first === name).map((words) => words.slice(1));
	const one = (name: string) => all(name)[0] ?? [];
	const [key, method] = one("running");
	const [system = "", arch = ""] = one("platform");
	return {
		isStaged: one("staged")[0] === "yes",
		platform: { system: wordOf(system), arch: wordOf(arch) },
		tools: new Set(all("tool").flatMap(([tool]) => tool ?? [])),
		helpers: new Map(all("helper").flatMap(([sha256, state]) => (sha256 ? [[sha256, state !== "unusable"]] : []))),
		freeBytes: bytesOf(one("free")[0]),
		gotBytes: bytesOf(one("got")[0]) ?? 0,
		piecesBytes: countOf(one("pieces")[0]) * BLOCK_BYTES,
		prefixBytes: countOf(one("prefix")[0]),
		running: key === undefined ? null : { key, method: methodOf(method) },
	};
}

/** Transports of earlier releases were all of the swarm. */
function methodOf(word: string | undefined): DeliveryMethod {
	return DELIVERY_METHODS.find((method) => method === word) ?? "agent";
}

function wordOf(word: string): string {
	return /^[A-Za-z0-9_.-]{1,32}$/.test(word) ? word : "an unknown kind";
}

function countOf(bytes: string | undefined): number {
	return bytes !== undefined && /^\d{1,15}$/.test(bytes) ? Number(bytes) : 0;
}

function bytesOf(kib: string | undefined): number | null {
	return kib !== undefined && /^\d{1,12}$/.test(kib) ? Number(kib) * 1024 : null;
}
