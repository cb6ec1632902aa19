import type { Policy, Selector } from "../model/policy.ts";
import { timeZoneOf } from "../plan/time-zone.ts";
import type { Inventory } from "../policy/parse-inventory.ts";
import { Hours } from "./hours.ts";
import type { Hardware } from "./machine-model.ts";
import type { ModelledMachine } from "./modelled-machine.ts";
import { Random } from "./random.ts";
import { homesOf, systemFacts } from "./systems.ts";

export interface FleetOrder {
	readonly policy: Policy;
	/** How many, when no inventory says. */
	readonly machines: number;
	readonly inventory?: Inventory;
	readonly seed: number;
	/** Share of machines that are on in office hours only, 0 to 1. */
	readonly offline: number;
	/** Share of machines on which the first run of an installer fails, 0 to 1; on half of them every run does. */
	readonly fail: number;
	readonly start: number;
	readonly end: number;
}

/** What one machine is called and belongs to. */
interface Identity {
	readonly name: string;
	readonly groups: readonly string[];
	readonly labels: Readonly<Record<string, string>>;
}

/** Share of a modelled fleet in each ring that has targets. */
const RING_SHARE = 0.01;
/** Share of machines that do not meet a requirement which can be missed. */
const UNFIT = 0.01;

/** A fleet that fits the policy: every ring has members; or the machines of an inventory. */
export function modelFleet(order: FleetOrder): readonly ModelledMachine[] {
	const { policy, machines, inventory, seed } = order;
	const identities = inventory?.machines ?? fitting(policy, machines);
	const hours = new Hours(timeZoneOf(policy), order);
	return identities.map(({ name, groups, labels }) => {
		const random = new Random(seed, name, "what it is");
		const hardware = hardwareFor(policy, { labels, random });
		const shifts = random.happens(order.offline) ? hours.shifts(random) : [];
		const health = random.happens(order.fail) ? (random.happens(0.5) ? "broken" : "shaky") : "sound";
		return { name, groups, labels: announced(labels), hardware, shifts, health };
	});
}

/** Names, groups and labels that the policy selects, with a few machines for each ring that asks for its own. */
function fitting(policy: Policy, count: number): readonly Identity[] {
	const { targets, rollout } = policy;
	const special = rollout.rings.flatMap(({ members }) => (members.kind === "targets" ? [members.targets] : []));
	const made = new Map<string, Identity>();
	const share = Math.max(1, Math.floor(count * RING_SHARE));
	for (const ring of special) {
		const wanted = Math.min(share, count - made.size);
		for (const each of identities([targets, ring], wanted, made.size)) made.set(each.name, each);
	}
	for (const each of identities([targets], count - made.size, made.size))
		if (!made.has(each.name)) made.set(each.name, each);
	return [...made.values()];
}

/** Machines that all of the selectors take. Those that a selector names are the only ones that there are. */
function identities(selectors: readonly Selector[], count: number, from: number): readonly Identity[] {
	const named = selectors.map(({ machines }) => machines).filter((names) => names.length > 0);
	const [first, ...others] = named;
	const names = first
		? first.filter((name) => others.every((each) => each.includes(name))).slice(0, count)
		: Array.from({ length: count }, (_, index) => numbered(selectors, from + index));
	return names.map((name, index) => ({
		name,
		groups: selectors.flatMap(({ groups }) => oneOf(groups, index)),
		labels: Object.fromEntries(
			selectors
				.flatMap(({ labelsIncludeAll, labelsIncludeAny }) => [...labelsIncludeAll, ...oneOf(labelsIncludeAny, index)])
				.map(labelParts),
		),
	}));
}

function oneOf(list: readonly string[], index: number): readonly string[] {
	const picked = list[index % list.length];
	return picked === undefined ? [] : [picked];
}

function labelParts(label: string): readonly [string, string] {
	const [key = "", ...value] = label.split("=");
	return [key, value.length === 0 ? "yes" : value.join("=")];
}

/** A name that the narrowest glob takes: its stars and question marks become the number. */
function numbered(selectors: readonly Selector[], index: number): string {
	const number = String(index + 1).padStart(5, "0");
	const glob = selectors.findLast(({ match }) => match !== undefined && match !== "*")?.match ?? "machine-*";
	let digits = number.length;
	const filled = glob.replace(/\?/g, () => number[--digits] ?? "0");
	const isCounted = glob.includes("*");
	return isCounted ? filled.replace("*", number).replaceAll("*", "") : filled;
}

const FACT_LABELS = new Set(["os", "distribution", "os_version", "arch"]);

/** What a machine is cannot be announced. */
function announced(labels: Identity["labels"]): Identity["labels"] {
	return Object.fromEntries(Object.entries(labels).filter(([key]) => !FACT_LABELS.has(key)));
}

function hardwareFor(
	{ packages }: Policy,
	{ labels, random }: { labels: Identity["labels"]; random: Random },
): Hardware {
	const needs = packages.map(({ requirements }) => requirements);
	const wants = (key: "os" | "arch") => needs.find((each) => each[key].length > 0)?.[key][0];
	const home = random.pick(homesOf(packages));
	const fitting = labels.os === "windows" ? "windows" : (wants("os") ?? home);
	const minimum = needs.find(({ minOsVersion }) => minOsVersion !== undefined)?.minOsVersion;
	const diskMb = Math.max(0, ...needs.map(({ diskSpaceMb = 0 }) => diskSpaceMb));
	const memoryMb = Math.max(0, ...needs.map(({ memoryMb: least = 0 }) => least));
	const room = (leastMb: number) =>
		(random.happens(UNFIT) ? leastMb * 0.5 : leastMb + random.between(4_000, 200_000)) * 1e6;
	return {
		...systemFacts(labels.distribution ?? fitting),
		...(labels.os === undefined ? {} : { os: labels.os }),
		osVersion: labels.os_version ?? minimum ?? "12",
		arch: labels.arch ?? wants("arch") ?? "amd64",
		diskFreeBytes: room(diskMb),
		memoryBytes: memoryMb === 0 ? 8e9 : room(memoryMb),
	};
}
