import type { DeliveryMethod } from "../model/policy.ts";
import { type Failed, failed } from "./failed.ts";
import type { DeliveryFacts } from "./parse-delivery-facts.ts";
import type { Helper, Task } from "./task.ts";

/** A way that the machine can go. */
export interface Way {
	readonly method: DeliveryMethod;
	readonly because: string;
	/** It is being gone already. */
	readonly runningKey?: string;
	/** The helper need not be pushed first. */
	readonly isKept?: true;
}

/** A way that is not gone, or was given up, and why. */
export interface PassedOver {
	readonly method: DeliveryMethod;
	readonly reason: string;
	readonly lacksRoom?: true;
}

export interface Offer {
	readonly methods: readonly DeliveryMethod[];
	/** For the machine's platform. */
	readonly helper: Helper | null;
	readonly neededBytes: number;
}

/** Left free on the machine beside the package: for its own use and for what the installer unpacks first. */
const HEADROOM_BYTES = 64 * 1024 * 1024;

/** What the machine must still have free, less what is there from an earlier try. */
export function neededBytes({ gotBytes }: DeliveryFacts, sizeBytes: number): number {
	return sizeBytes + HEADROOM_BYTES - Math.min(gotBytes, sizeBytes);
}

/** Every way of the order, in the order: gone at once, or passed over with its reason. One that is being gone already is the first. */
export function judgeWays(facts: DeliveryFacts, offer: Offer): readonly (Way | PassedOver)[] {
	const { running } = facts;
	if (!running || !offer.methods.includes(running.method))
		return offer.methods.map((method) => judge(method, facts, offer));
	const joined = { method: running.method, because: "its transport is already running", runningKey: running.key };
	const others = offer.methods.filter((method) => method !== running.method);
	return [joined, ...others.map((method) => judge(method, facts, offer))];
}

function judge(method: DeliveryMethod, facts: DeliveryFacts, offer: Offer): Way | PassedOver {
	const { tools } = facts;
	switch (method) {
		case "agent":
			return toolWay(facts, { method, tool: "fleetseed-agent" });
		case "aria2c":
			return toolWay(facts, { method, tool: "aria2c" });
		case "helper":
			return helperWay(facts, offer);
		case "http": {
			const tool = ["curl", "wget"].find((each) => tools.has(each));
			return tool
				? { method, because: `the machine has ${tool}` }
				: { method, reason: "the machine has neither curl nor wget" };
		}
		case "sftp":
			return { method, because: "the SSH session itself can carry it" };
	}
}

function toolWay({ tools }: DeliveryFacts, { method, tool }: { method: DeliveryMethod; tool: string }) {
	return tools.has(tool)
		? { method, because: `the machine has ${tool}` }
		: { method, reason: `the machine has no ${tool}` };
}

function helperWay(facts: DeliveryFacts, { helper, neededBytes }: Offer): Way | PassedOver {
	const { platform, helpers, tools, freeBytes } = facts;
	const passed = (reason: string): PassedOver => ({ method: "helper", reason });
	if (!helper) return passed(`none is built for ${platform.system} on ${platform.arch}`);
	const isUsable = helpers.get(helper.sha256);
	if (isUsable === false) return passed("it does not run on the machine");
	if (isUsable) return { method: "helper", because: "the machine keeps our helper", isKept: true };
	if (!tools.has("gzip")) return passed("the machine has no gzip to unpack it");
	if (freeBytes !== null && freeBytes < neededBytes + helper.sizeBytes)
		return { ...passed(lacking(freeBytes, neededBytes + helper.sizeBytes)), lacksRoom: true };
	return { method: "helper", because: `our helper runs there; it is pushed first (${mib(helper.gzipBytes)})` };
}

/** The way and whatever was passed over for it, as one sentence for the record. */
export function becauseOf({ because }: Pick<Way, "because">, passed: readonly PassedOver[]): string {
	return passed.length === 0 ? because : `${because}; passed over: ${listed(passed)}`;
}

/** No way is left. Errors: FS-DELIVER-DISK when one would have been, with more room; else FS-DELIVER-TOOL. */
export function noWay({ ref, spec }: Task, passed: readonly PassedOver[]): Failed {
	const code = passed.some(({ lacksRoom }) => lacksRoom) ? "FS-DELIVER-DISK" : "FS-DELIVER-TOOL";
	return failed(code, `${ref.machine}: ${spec.name} cannot come by any way of the policy's: ${listed(passed)}`);
}

/** Errors: FS-DELIVER-DISK. */
export function roomFor({ freeBytes }: DeliveryFacts, { ref, spec }: Task, needed: number): Failed | null {
	if (freeBytes === null || freeBytes >= needed) return null;
	return failed("FS-DELIVER-DISK", `${ref.machine}: ${spec.name}: ${lacking(freeBytes, needed)}`);
}

function lacking(freeBytes: number, needed: number): string {
	return `${mib(freeBytes)} free, ${mib(needed)} needed`;
}

function listed(passed: readonly PassedOver[]): string {
	return passed.map(({ method, reason }) => `${method} (${reason})`).join(", ");
}

function mib(bytes: number): string {
	return `${Math.ceil(bytes / 1024 / 1024)} MiB`;
}
