import { useState } from "preact/hooks";
import type { RolloutReport, ScheduleReport } from "../console/cockpit.ts";
import { useLive } from "./live.ts";
import { DaysShown } from "./schedule.tsx";
import { AxisKey, TimeAxis } from "./time-axis.tsx";

/** When this rollout may go on: its windows, its soak's end, its runs and its deadline. */
export function RolloutTime({ rollout }: { readonly rollout: RolloutReport }) {
	const [days, setDays] = useState(7);
	const { value } = useLive<ScheduleReport>(`schedule?days=${days}`);
	const row = value?.policies.find(({ policy }) => policy === rollout.policy);
	if (!value || !row) return null;
	const soaks = rollout.rings.flatMap(({ name, gate }) =>
		gate?.until ? [{ at: gate.until, words: `${name} has soaked` }] : [],
	);
	const marks = [
		...soaks,
		...row.next_runs.slice(0, 1).map((at) => ({ at, words: "next run" })),
		...(row.available_at ? [{ at: row.available_at, words: "available" }] : []),
		...(row.deadline ? [{ at: row.deadline, words: "deadline" }] : []),
	];
	return (
		<section class="card">
			<h2>When installs may start</h2>
			<DaysShown days={days} onChange={setDays} />
			<TimeAxis from={value.at} until={value.until} windows={row.windows} marks={marks} />
			<AxisKey windows={row.windows} />
		</section>
	);
}
