import type { PackageRow } from "./cockpit.ts";
import { sizeText } from "./size-text.ts";
import type { Style } from "./style.ts";
import { table } from "./table.ts";

export function renderPackages(rows: readonly PackageRow[], style: Style): string {
	if (rows.length === 0) return "no policy names a package, and the store is empty";
	const cells = rows.map(({ names, policies, sha256, state, size_bytes, failure, holding, installed }) => [
		names.join(", ") || "in no policy",
		failure ? `${state}: ${failure.code}` : state,
		size_bytes === null ? "" : sizeText(size_bytes),
		policies.join(", "),
		String(holding.machines),
		String(installed.machines),
		sha256,
	]);
	return table(["package", "state", "size", "policies", "holding", "installed", "sha256"], cells, style);
}
