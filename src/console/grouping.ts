import type { Machine } from "../model/machine.ts";

/** How many names stand for a group. */
const SHOWN = 5;
/** What stands for whatever differs from machine to machine. */
const GAP = "...";

/** Machines of which the same is to be said. */
export interface Group<Item> {
	/** All of them, in their order. */
	readonly items: readonly [Item, ...Item[]];
	/** What is said of it, or, of several, what is the same of all. */
	readonly text: string | null;
	readonly machines: number;
	readonly names: readonly string[];
}

export interface Grouped<Item> {
	readonly item: Item;
	/** null: said of no machine in particular, which stands alone. */
	readonly machine: Machine | null;
	/** Items are alike only within one of these. */
	readonly within: string;
	readonly text: string | null;
}

/** Puts together what differs by no more than the machine's own name and address, in the order of the first of each. */
export function grouped<Item>(items: Iterable<Grouped<Item>>): readonly Group<Item>[] {
	const groups = new Map<string, Gathering<Item>>();
	for (const each of items) {
		const alike = each.text === null ? null : withoutMachine(each.text, each.machine);
		const key = `${each.within}\n${alike}`;
		const group = groups.get(key);
		if (group) group.items.push(each.item);
		else groups.set(key, { text: each.text, alike, items: [each.item], names: [], machines: 0 });
		addMachine(group ?? groups.get(key), each.machine);
	}
	return [...groups.values()].map(({ text, alike, ...group }) => ({
		...group,
		text: group.machines > 1 ? alike : text,
	}));
}

interface Gathering<Item> {
	readonly text: string | null;
	readonly alike: string | null;
	readonly items: [Item, ...Item[]];
	readonly names: string[];
	machines: number;
}

function addMachine(group: Gathering<unknown> | undefined, machine: Machine | null): void {
	if (!group || machine === null) return;
	group.machines += 1;
	if (group.names.length < SHOWN) group.names.push(machine.name);
}

function withoutMachine(text: string, machine: Machine | null): string {
	return machine === null ? text : withoutWord(withoutWord(text, machine.name), machine.address);
}

function withoutWord(text: string, word: string): string {
	if (word === "" || !text.includes(word)) return text;
	const literal = word.replace(/[^\w]/g, "\\$&");
	return text.replace(new RegExp(`(?<![\\w-])${literal}(?![\\w-])`, "g"), GAP);
}
