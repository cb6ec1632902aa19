import type { FactsRow, MachineRow } from "./cockpit.ts";
import { printable } from "./printable.ts";
import { sizeText } from "./size-text.ts";

/** A machine on a line for each thing that is known of it; what its own host said is made safe to print. */
export function renderMachine(row: MachineRow): string {
	const { clones, excluded } = row;
	const labels = Object.entries(row.labels).map(([key, value]) => (value === "" ? key : `${key}=${value}`));
	const lines: readonly (readonly [string, string])[] = [
		["machine", row.name],
		["address", `${row.address}:${row.port}`],
		["trust", clones ? `${row.trust}: same ${clones.by.replace("_", " ")} as ${clones.names.join(", ")}` : row.trust],
		["host keys", row.host_keys.join(", ")],
		["presence", row.presence],
		["known by", row.sources.join(", ")],
		["groups", row.groups.join(", ")],
		["labels", labels.join(", ")],
		["site", row.site ?? ""],
		["excluded", excluded ? `by ${excluded.by}: ${excluded.reason}` : ""],
		...(row.facts ? factLines(row.facts) : [["facts", "never read"] as const]),
	];
	const said = lines.filter(([, value]) => value !== "");
	const width = Math.max(...said.map(([name]) => name.length));
	return said.map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}`).join("\n");
}

function factLines(facts: FactsRow): readonly (readonly [string, string])[] {
	const { disk_bytes, disk_free_bytes, users, user_names } = facts;
	const free = `${sizeText(disk_free_bytes)} free`;
	return [
		["facts", `read ${facts.at}`],
		["os", [facts.distribution ?? facts.os, facts.os_version].join(" ").trim()],
		["arch", facts.arch],
		["init", facts.init ?? ""],
		["shell", facts.shell ?? ""],
		["package managers", facts.package_managers.join(", ")],
		["delivery tools", facts.delivery_tools.join(", ")],
		["disk", disk_bytes === null ? free : `${free} of ${sizeText(disk_bytes)}`],
		["memory", sizeText(facts.memory_bytes)],
		["logged in", users === 0 ? "nobody" : [`${users}`, ...user_names].join(" ")],
		["reboot needed", facts.is_reboot_needed ? "yes" : "no"],
		["machine id", facts.machine_id ?? ""],
		["boot id", facts.boot_id],
	];
}
