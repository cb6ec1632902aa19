import { useState } from "preact/hooks";
import type { ScheduleReport, ScheduleRow } from "../console/cockpit.ts";
import { segment } from "./api.ts";
import { useLive } from "./live.ts";
import { NoPolicy } from "./parts.tsx";
import { AxisKey, TimeAxis } from "./time-axis.tsx";
import { duration, timeText } from "./words.ts";

const SPANS = [1, 7, 14, 35];

/** When every policy runs, and when its installs and reboots may start. */
export function SchedulePage() {
	const [days, setDays] = useState(7);
	const { value, problem } = useLive<ScheduleReport>(`schedule?days=${days}`);
	return (
		<>
			<h1>Schedule</h1>
			<DaysShown days={days} onChange={setDays} />
			{!value && <p role="status">{problem ?? "Asking the daemon ..."}</p>}
			{value?.policies.length === 0 && <NoPolicy />}
			{value?.policies.map((row) => (
				<section class="card" key={row.policy}>
					<h2>
						<a href={`#/rollouts/${segment(row.policy)}`}>{row.policy}</a>{" "}
						<span class="text-light">{scheduleWords(row)}</span>
					</h2>
					{row.held && <p class="text-light">{row.held}</p>}
					<TimeAxis
						from={value.at}
						until={value.until}
						windows={row.windows}
						marks={[
							...row.next_runs.slice(0, RUNS).map((at) => ({ at, words: "run" })),
							...(row.available_at ? [{ at: row.available_at, words: "available" }] : []),
							...(row.deadline ? [{ at: row.deadline, words: "deadline" }] : []),
						]}
					/>
					<AxisKey windows={row.windows} />
					<Times row={row} />
				</section>
			))}
		</>
	);
}

/** One line each: a run every hour is no picture. */
const RUNS = 12;

interface DaysProps {
	readonly days: number;
	readonly onChange: (days: number) => void;
}

export function DaysShown({ days, onChange }: DaysProps) {
	return (
		<label class="mb-2">
			Days shown{" "}
			<select value={days} onChange={({ currentTarget }) => onChange(Number(currentTarget.value))}>
				{SPANS.map((each) => (
					<option key={each} value={each}>
						{each}
					</option>
				))}
			</select>
		</label>
	);
}

function scheduleWords({ cron, time_zone, is_suspended }: ScheduleRow): string {
	const line = cron === null ? "at once, with each new revision" : `${cron} ${time_zone}`;
	return is_suspended ? `${line}; suspended` : line;
}

function Times({ row }: { readonly row: ScheduleRow }) {
	const { next_runs, missed_runs, last_run, is_persistent, deadline, available_at, windows } = row;
	return (
		<dl>
			<dt>Next run</dt>
			<dd>{next_runs[0] ? timeText(next_runs[0]) : "none is scheduled"}</dd>
			<dt>Last run</dt>
			<dd>{last_run ? timeText(last_run) : "none yet"}</dd>
			<dt>Missed runs</dt>
			<dd>
				{missed_runs.map(timeText).join(", ") || "none"}
				{is_persistent && "; the latest one that is missed is made up"}
			</dd>
			{available_at && (
				<>
					<dt>Available</dt>
					<dd>{timeText(available_at)}</dd>
				</>
			)}
			{deadline && (
				<>
					<dt>Deadline</dt>
					<dd>{timeText(deadline)}</dd>
				</>
			)}
			{windows.map((window) => (
				<>
					<dt>
						{window.name}, for {window.is_for}
					</dt>
					<dd>
						{window.is_open ? "open now; " : ""}
						{window.days.join(", ")} from {window.start_time} {window.time_zone} for {duration(window.duration_seconds)}
						{window.cutoff_seconds > 0 && `, nothing starts in the last ${duration(window.cutoff_seconds)}`}
					</dd>
				</>
			))}
		</dl>
	);
}
