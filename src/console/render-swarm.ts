import type { SwarmPackage, SwarmReport } from "./cockpit.ts";
import { counted } from "./counted.ts";
import { printable } from "./printable.ts";
import { piecesBar, piecesSentence } from "./render-pieces.ts";
import { sizeText } from "./size-text.ts";
import type { Style } from "./style.ts";
import { table } from "./table.ts";

export function renderSwarm({ packages }: SwarmReport, style: Style): string {
	if (packages.length === 0) return "no rollout brings a package that the store holds";
	return packages.map((each) => renderPackage(each, style)).join("\n\n");
}

function renderPackage({ name, version, ...said }: SwarmPackage, style: Style): string {
	const { size_bytes, holding, machines, controller_uplink_bytes, floor, pieces } = said;
	const heading = `${name} ${version}, ${sizeText(size_bytes)}: ${holding} of ${counted(machines.length, "machine")} hold it; the controller sent ${sizeText(controller_uplink_bytes)}`;
	const limit = floor
		? `; not sooner than in ${floor.seconds.toFixed(1)} s (${sizeText(floor.bytes_per_second)}/s over all)`
		: "; the links are not all known";
	const spread = pieces ? `; ${piecesSentence(pieces)}` : "";
	const rows = machines.map(({ machine, method, source_bytes, peer_bytes, sent_bytes, ...rest }) => [
		machine,
		`${Math.floor(rest.share * 100)} %`,
		piecesBar(rest),
		method ?? "",
		mibOrUnknown(source_bytes),
		mibOrUnknown(peer_bytes),
		sizeText(sent_bytes),
		rest.seconds === null ? "" : `${rest.seconds.toFixed(1)} s`,
		rest.floor_multiple === null ? "" : `${rest.floor_multiple.toFixed(2)} x`,
	]);
	const head = ["machine", "holds", "pieces", "way", "from controller", "from machines", "sent on", "took", "floor"];
	return [printable(heading + limit + spread), ...(rows.length > 0 ? [table(head, rows, style)] : [])].join("\n");
}

function mibOrUnknown(bytes: number | null): string {
	return bytes === null ? "" : sizeText(bytes);
}
