import type { DemoMachine } from "./fleet.ts";
import type { DemoPackage } from "./package.ts";

interface Course {
	/** Of the rings, those before the last one, which has everyone. */
	readonly rings: readonly object[];
	readonly approval?: { readonly required: number };
	readonly bandwidth?: object;
	readonly maintenance_windows?: readonly object[];
	/** Beside the rings. */
	readonly rollout?: object;
}

/** Puts the package on all the machines at once, from its url, but for what the course holds back. */
export function policyFor(
	machines: readonly DemoMachine[],
	{ sha256 }: DemoPackage,
	url: string,
	{ rings, rollout, ...held }: Course,
): object {
	return {
		version: 1,
		name: "atlas",
		packages: [
			{
				name: "atlas",
				version: "1.0",
				type: "archive",
				source: { url },
				checksum: `sha256:${sha256}`,
				install: { destination: "~/apps/atlas" },
				detection: [
					{ type: "file", path: "~/apps/atlas/1.0/maps.data" },
					{ type: "script", script: 'test "$("$HOME/apps/atlas/current/bin/atlas")" = "atlas 1.0"' },
				],
			},
		],
		targets: { machines: machines.map(({ name }) => name) },
		...held,
		rollout: { ...rollout, max_concurrency: machines.length, rings: [...rings, { name: "everyone" }] },
		schedule: "now",
	};
}
