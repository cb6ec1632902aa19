import { MultiBar, Presets, type SingleBar } from "cli-progress";
import type { StatusReport } from "../../src/console/cockpit.ts";
import { styleFor } from "../../src/console/style.ts";
import { table } from "../../src/console/table.ts";

/** The fleet filling up: one bar for each machine on a terminal, one line for each change elsewhere. */
export class Show {
	readonly #bars = new MultiBar(
		{
			format: "  {name} [{bar}] {state}",
			barsize: 30,
			hideCursor: true,
			clearOnComplete: false,
			stream: process.stderr,
		},
		Presets.legacy,
	);
	readonly #barOf = new Map<string, SingleBar>();
	readonly #beganMs = performance.now();
	#summary: SingleBar | null = null;
	#last = "";

	draw({ rollouts, totals, waiting_for }: StatusReport): void {
		const line = `${totals.installed} of ${totals.machines} installed, ${totals.failed} failed; ${waiting_for}`;
		if (!process.stderr.isTTY && line !== this.#last) process.stderr.write(`${line}\n`);
		this.#last = line;
		if (!process.stderr.isTTY) return;
		const seconds = Math.round((performance.now() - this.#beganMs) / 1000);
		this.#summary ??= this.#bars.create(1, 0, { line: "" }, { format: "{line}" });
		this.#summary.update(0, { line: `${seconds} s: ${line}` });
		const machines = rollouts.flatMap((rollout) => rollout.machines);
		for (const { machine, ring, state, progress } of machines.toSorted(byName)) {
			const bar = this.#barOf.get(machine) ?? this.#bars.create(100, 0, { name: machine, state });
			this.#barOf.set(machine, bar);
			bar.update(share(state, progress), { name: machine, state: `${ring}: ${state}` });
		}
	}

	end(report: StatusReport | null): void {
		this.#bars.stop();
		if (!report) return;
		const machines = report.rollouts.flatMap((rollout) => rollout.machines);
		const rows = machines.map(({ machine, ring, state, delivery, reason }) => {
			const bytes = delivery ? `${(delivery.bytes / 2 ** 20).toFixed(1)} MiB in ${delivery.seconds.toFixed(1)} s` : "";
			return [machine, ring ?? "", state, delivery?.method ?? "", bytes, reason ?? ""];
		});
		const head = ["machine", "ring", "state", "way", "delivered", "reason"];
		process.stderr.write(`${table(head, rows, styleFor(process.stderr, process.env))}\n`);
	}
}

function byName(a: { readonly machine: string }, b: { readonly machine: string }): number {
	return a.machine.localeCompare(b.machine);
}

/** Delivery fills the bar to 80, the install the rest. */
function share(state: string, progress: number | null): number {
	if (state === "verified") return 100;
	if (state === "installing") return 90;
	return state === "delivering" ? Math.floor((progress ?? 0) * 80) : 0;
}
