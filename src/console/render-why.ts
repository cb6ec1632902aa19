import { byWhom } from "./act.ts";
import type { FactsRow, WhyReport } from "./cockpit.ts";
import { printable } from "./printable.ts";
import { sizeText } from "./size-text.ts";

/** What the machine is, and a paragraph for each policy. */
export function renderWhy(report: WhyReport): string {
	const { name, address, port, trust, presence, excluded, facts, policies } = report;
	const is = facts ? `; it is ${factsText(facts)}` : "";
	return [
		printable(`${name} (${address}:${port}) is ${trust}, ${presence}${is}.`),
		...(excluded ? [printable(`It is excluded from every rollout by ${byWhom(excluded)}.`)] : []),
		...policies.map(({ paragraph }) => printable(paragraph)),
		...(policies.length === 0 ? ["No policy selects it."] : []),
	].join("\n");
}

function factsText({ os, distribution, os_version, arch, disk_free_bytes, users }: FactsRow): string {
	const system = [distribution ?? os, os_version, arch].filter((part) => part !== "").join(" ");
	const people = users === 0 ? "" : `, ${users} logged in`;
	return `${system}, ${sizeText(disk_free_bytes)} free${people}`;
}
