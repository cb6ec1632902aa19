import type { Fleet, PackageState, Task } from "../model/fleet.ts";
import type { PackageSpec } from "../model/policy.ts";
import { withoutLogin } from "../policy/without-login.ts";
import type { PackagePage, PackageRow, Several } from "./cockpit.ts";
import { iso } from "./time-text.ts";

interface Stock {
	readonly fleet: Fleet;
	/** Bytes that the controller sent into the swarm, by hex SHA-256. */
	readonly uplink: ReadonlyMap<string, number>;
}

interface Use {
	readonly policy: string;
	readonly spec: PackageSpec;
}

interface Placed {
	readonly machine: string;
	readonly policy: string;
	readonly task: Task;
}

const NAMES_SHOWN = 5;

/** What is in the store and what policies in force want there: one row for each digest, those of policies first. */
export function packageRows(stock: Stock): readonly PackageRow[] {
	const uses = usesOf(stock.fleet);
	const placed = placedOf(stock.fleet);
	const digests = new Set([...uses.keys(), ...stock.fleet.packages.keys()]);
	return [...digests].map((sha256) => row(stock, sha256, { uses: uses.get(sha256), placed: placed.get(sha256) }));
}

/** null: neither in the store nor in a policy. */
export function packagePage(stock: Stock, sha256: string): PackagePage | null {
	const { fleet } = stock;
	const uses = usesOf(fleet).get(sha256);
	if (!uses && !fleet.packages.has(sha256)) return null;
	const placed = placedOf(fleet).get(sha256) ?? [];
	const machines = placed.map(({ machine, policy, task: { phase, at, attempt } }) => {
		return { machine, policy, phase, since: iso(at), attempt };
	});
	return { ...row(stock, sha256, { uses, placed }), machines };
}

function row(
	{ fleet, uplink }: Stock,
	sha256: string,
	{
		uses = [],
		placed = [],
	}: { readonly uses: readonly Use[] | undefined; readonly placed: readonly Placed[] | undefined },
): PackageRow {
	const source = uses[0]?.spec.source.url;
	const inPhase = (isIn: (task: Task) => boolean) => several(placed.filter(({ task }) => isIn(task)));
	return {
		sha256,
		names: [...new Set(uses.map(({ spec }) => `${spec.name} ${spec.version}`))],
		policies: [...new Set(uses.map(({ policy }) => policy))],
		source: source === undefined ? null : withoutLogin(source),
		...stored(fleet.packages.get(sha256)),
		controller_uplink_bytes: uplink.get(sha256) ?? 0,
		holding: inPhase(({ phase }) => phase === "staged"),
		installed: inPhase(({ phase }) => phase === "verified"),
	};
}

function stored(
	state: PackageState | undefined,
): Pick<PackageRow, "state" | "size_bytes" | "origin_bytes" | "failure"> {
	const nothing = { size_bytes: null, origin_bytes: null, failure: null };
	if (!state) return { state: "awaited", ...nothing };
	if (state.kind === "held")
		return { ...nothing, state: "held", size_bytes: state.sizeBytes, origin_bytes: state.originBytes };
	const { code, detail } = state.failure;
	return { ...nothing, state: state.kind, failure: { code, detail, at: iso(state.at) } };
}

/** One that policies want gone is no file. */
function usesOf({ policies }: Fleet): ReadonlyMap<string, readonly Use[]> {
	const uses = [...policies.values()].flatMap(({ policy }) =>
		policy.packages.filter(({ sha256 }) => sha256 !== "").map((spec) => ({ policy: policy.name, spec })),
	);
	return Map.groupBy(uses, ({ spec }) => spec.sha256);
}

function placedOf({ rollouts }: Fleet): ReadonlyMap<string, readonly Placed[]> {
	const found = new Map<string, Placed[]>();
	for (const { policy, progress } of rollouts.values())
		for (const { name, sha256 } of policy.packages) {
			if (sha256 === "") continue;
			const list = found.get(sha256) ?? [];
			found.set(sha256, list);
			for (const [machine, tasks] of progress) {
				const task = tasks.get(name);
				if (task) list.push({ machine, policy: policy.name, task });
			}
		}
	return found;
}

function several(placed: readonly Placed[]): Several {
	const names = [...new Set(placed.map(({ machine }) => machine))];
	return { machines: names.length, names: names.slice(0, NAMES_SHOWN) };
}
