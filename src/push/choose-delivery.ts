import type { DeliveryMethod } from "../model/event.ts";
import { type Failed, failed } from "./failed.ts";
import type { Task } from "./task.ts";

export interface DeliveryFacts {
	readonly isStaged: boolean;
	readonly tool: "agent" | "aria2c" | null;
	/** Null: df could not say. */
	readonly freeBytes: number | null;
	/** Of this package, from an earlier try. */
	readonly gotBytes: number;
	readonly running: { readonly key: string; readonly method: "agent" | "aria2c" } | null;
}

export type Way =
	| {
			readonly method: Exclude<DeliveryMethod, "already_staged">;
			readonly because: string;
			readonly runningKey?: string;
	  }
	| { readonly method: "already_staged"; readonly because: string };

/** Left free on the machine beside the package: for its own use and for what the installer unpacks first. */
const HEADROOM_BYTES = 64 * 1024 * 1024;

const BECAUSE = { agent: "the machine has fleetseed-agent", aria2c: "the machine has aria2c and no fleetseed-agent" };

/** The way by which a package comes to a machine. Errors: FS-DELIVER-TOOL, FS-DELIVER-DISK. */
export function chooseDelivery(facts: DeliveryFacts, { ref, spec }: Task, sizeBytes: number): Way | Failed {
	const { isStaged, running, tool, freeBytes, gotBytes } = facts;
	if (isStaged) return { method: "already_staged", because: "the staged file has the package's digest" };
	if (running) return { method: running.method, because: "its transport is already running", runningKey: running.key };
	if (!tool) return failed("FS-DELIVER-TOOL", `${ref.machine}: has neither fleetseed-agent nor aria2c on its PATH`);
	const neededBytes = sizeBytes + HEADROOM_BYTES - Math.min(gotBytes, sizeBytes);
	if (freeBytes !== null && freeBytes < neededBytes) {
		const [has, needs] = [freeBytes, neededBytes].map((bytes) => `${Math.ceil(bytes / 1024 / 1024)} MiB`);
		return failed("FS-DELIVER-DISK", `${ref.machine}: ${has} free, ${spec.name} needs ${needs}`);
	}
	return { method: tool, because: BECAUSE[tool] };
}

/** The lines of commands/read-delivery-facts.ts. */
export function parseDeliveryFacts(lines: readonly (readonly string[])[]): DeliveryFacts {
	const wordsOf = (name: string) => lines.find(([first]) => first === name)?.slice(1) ?? [];
	const bytesOf = (name: string) => (/^\d+$/.test(wordsOf(name)[0] ?? "") ? Number(wordsOf(name)[0]) * 1024 : null);
	const [key, method] = wordsOf("running");
	return {
		isStaged: wordsOf("staged")[0] === "yes",
		tool: toolOf(wordsOf("tool")[0]),
		freeBytes: bytesOf("free"),
		gotBytes: bytesOf("got") ?? 0,
		running: key === undefined ? null : { key, method: toolOf(method) ?? "agent" },
	};
}

function toolOf(word: string | undefined): "agent" | "aria2c" | null {
	return word === "agent" || word === "aria2c" ? word : null;
}
