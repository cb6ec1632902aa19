import { z } from "zod";
import { type Problem, readDocument } from "./document.ts";
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
	const read = readDocument(text, file, { schema: inventoryDocument, code: "FS-INVENTORY" });
	if ("problems" in read) return read;
	const groups = Object.entries(read.value.groups).map(([group, patterns]) => ({ group, patterns }));
	const machines = read.value.machines.map(({ host_keys, ...own }): InventoryMachine => {
		const { name, address, port, labels } = own;
		const hostKeys = host_keys === undefined ? {} : { hostKeys: host_keys };
		return { name, address, port, groups: groupsOf(name, { machines: [own], groups }), labels, ...hostKeys };
	});
	return { inventory: { machines, groups } };
}

/** Every group of a machine of this name, listed or found over mDNS, sorted. */
export function groupsOf(
	name: string,
	{
		machines,
		groups,
	}: { readonly machines: readonly Pick<InventoryMachine, "name" | "groups">[]; readonly groups: Inventory["groups"] },
): readonly string[] {
	const own = machines.filter((machine) => machine.name === name).flatMap((machine) => machine.groups);
	const byName = groups.filter(({ patterns }) => patterns.some((pattern) => matchesGlob(pattern, name)));
	return [...new Set([...own, ...byName.map(({ group }) => group)])].sort();
}
