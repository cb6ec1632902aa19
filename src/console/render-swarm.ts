import type { SwarmPackage, SwarmReport } from "./cockpit.ts";
import { counted } from "./counted.ts";
import { printable } from "./printable.ts";
import { sizeText } from "./size-text.ts";
import type { Style } from "./style.ts";
import { table } from "./table.ts";

export function renderSwarm({ packages }: SwarmReport, style: Style): string {
	if (packages.length === 0) return "no rollout brings a package that the store holds";
	return packages.map((each) => renderPackage(each, style)).join("\n\n");
}

function renderPackage({ name, version, ...said }: SwarmPackage, style: Style): string {
	const { size_bytes, holding, machines, controller_uplink_bytes, floor } = said;
	const heading = `${name} ${version}, ${sizeText(size_bytes)}: ${holding} of ${counted(machines.length, "machine")} hold it; the controller sent ${sizeText(controller_uplink_bytes)}`;
	const limit = floor
		? `; not sooner than in ${floor.seconds.toFixed(1)} s (${sizeText(floor.bytes_per_second)}/s over all)`
		: "; the links are not all known";
	const rows = machines.map(({ machine, share, method, source_bytes, peer_bytes, sent_bytes, ...ended }) => [
		machine,
		`${Math.floor(share * 100)} %`,
		method ?? "",
		mibOrUnknown(source_bytes),
		mibOrUnknown(peer_bytes),
		sizeText(sent_bytes),
		ended.seconds === null ? "" : `${ended.seconds.toFixed(1)} s`,
		ended.floor_multiple === null ? "" : `${ended.floor_multiple.toFixed(2)} x`,
	]);
	const head = ["machine", "holds", "way", "from controller", "from machines", "sent on", "took", "floor"];
	return [printable(heading + limit), ...(rows.length > 0 ? [table(head, rows, style)] : [])].join("\n");
}

function mibOrUnknown(bytes: number | null): string {
	return bytes === null ? "" : sizeText(bytes);
}
