import { z } from "zod";
import { type Problem, readDocument } from "./document.ts";
import { PER_MACHINE } from "./document-limits.ts";
import { glob, name, port, text } from "./fields.ts";
import { matchesGlob } from "./glob.ts";
import { mapping, namesDiffer } from "./mapping.ts";

export interface InventoryMachine {
	readonly name: string;
	readonly address: string;
	readonly port: number;
	/** All its groups: those it names itself and those that name it. */
	readonly groups: readonly string[];
	readonly labels: Readonly<Record<string, string>>;
	/** Public host keys, one `TYPE BASE64` a line, as ssh-keyscan prints them without the host. */
	readonly hostKeys?: string;
}

export interface Inventory {
	readonly machines: readonly InventoryMachine[];
	/** Groups by name globs; they hold for machines found over mDNS as well. */
	readonly groups: readonly { readonly group: string; readonly patterns: readonly string[] }[];
}

const HOST_KEY = "[a-z0-9@.-]+ [A-Za-z0-9+/]+={0,2}( \\P{Cc}*)?";
const HOST_KEYS = new RegExp(`^${HOST_KEY}(\\n${HOST_KEY})*\\n?$`, "u");

const machine = mapping({
	name: name.describe("The machine's name."),
	address: text(/^[A-Za-z0-9:][A-Za-z0-9.:%_-]{0,254}$/, "an IP address or a host name").describe(
		"Its IP address or host name.",
	),
	port: port.default(22).describe("The port of sshd."),
	groups: z.array(name).default([]).describe("Groups that it is in."),
	labels: z
		.record(
			text(/^[A-Za-z0-9][A-Za-z0-9._/-]*$/, "a label of letters, digits and . _ / -"),
			text(/^\P{Cc}*$/u, "text without control characters (in quotes when it looks like a number)"),
		)
		.default({})
		.describe("Labels that it has."),
	host_keys: text(HOST_KEYS, "host keys, one TYPE BASE64 a line")
		.optional()
		.describe("Its public host keys, one TYPE BASE64 a line."),
});

export const inventoryDocument = mapping({
	version: z.literal(1, "1").describe("The version of this format: 1."),
	machines: z.array(machine).check(namesDiffer).default([]).describe("Machines that are known without mDNS."),
	groups: z
		.record(name, z.array(glob))
		.default({})
		.describe("Groups by machine names or globs of * and ?; also for machines found over mDNS."),
});

/** The inventory that the YAML text means, or every problem in it, all with the code FS-INVENTORY. */
export function parseInventory(
	text: string,
	file: string,
): { readonly inventory: Inventory } | { readonly problems: readonly Problem[] } {
	const read = readDocument(text, file, { schema: inventoryDocument, code: "FS-INVENTORY", limits: PER_MACHINE });
	if ("problems" in read) return read;
	const groups = Object.entries(read.value.groups).map(([group, patterns]) => ({ group, patterns }));
	const machines = read.value.machines.map(({ host_keys, ...own }): InventoryMachine => {
		const hostKeys = host_keys === undefined ? {} : { hostKeys: host_keys };
		return { ...own, groups: sorted([...own.groups, ...groupsNaming(own.name, groups)]), ...hostKeys };
	});
	return { inventory: { machines, groups } };
}

/** Every group of a machine of this name, listed or found over mDNS, sorted. */
export function groupsOf(name: string, inventory: Inventory): readonly string[] {
	return listedAs(name, inventory)?.groups ?? sorted(groupsNaming(name, inventory.groups));
}

const byName = new WeakMap<Inventory, ReadonlyMap<string, InventoryMachine>>();

/** undefined: the inventory does not list it. */
export function listedAs(name: string, inventory: Inventory): InventoryMachine | undefined {
	const machines = byName.get(inventory) ?? new Map(inventory.machines.map((machine) => [machine.name, machine]));
	byName.set(inventory, machines);
	return machines.get(name);
}

function groupsNaming(name: string, groups: Inventory["groups"]): readonly string[] {
	return groups
		.filter(({ patterns }) => patterns.some((pattern) => matchesGlob(pattern, name)))
		.map(({ group }) => group);
}

function sorted(groups: readonly string[]): readonly string[] {
	return [...new Set(groups)].sort();
}
