import type { ScheduleRow } from "../console/cockpit.ts";
import { timeText } from "./words.ts";

const DAY_MS = 86_400_000;
const MOST_TICKS = 8;
const day = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" });

export interface Mark {
	readonly at: string;
	readonly words: string;
}

interface AxisProps {
	readonly from: string;
	readonly until: string;
	readonly windows: ScheduleRow["windows"];
	readonly marks: readonly Mark[];
}

/** When installs and reboots may start, and what else comes, on one line of time. */
export function TimeAxis({ from, until, windows, marks }: AxisProps) {
	const [start, end] = [Date.parse(from), Date.parse(until)];
	const place = (at: number) => `${Math.max(0, Math.min(100, ((at - start) / (end - start)) * 100))}%`;
	const span = (opens: string, closes: string) => {
		const [left, right] = [Math.max(start, Date.parse(opens)), Math.min(end, Date.parse(closes))];
		return { left: place(left), width: `${Math.max(0, ((right - left) / (end - start)) * 100)}%` };
	};
	const shown = marks.filter(({ at }) => Date.parse(at) >= start && Date.parse(at) < end);
	return (
		<div class="axis" role="img" aria-label={told(windows, shown)}>
			<div class="lane ticks">
				{ticksIn(start, end).map((at) => (
					<span key={at} class="tick" style={{ left: place(at) }}>
						{day.format(at)}
					</span>
				))}
			</div>
			{windows.length === 0 && <div class="lane always">installs may start at any time</div>}
			{windows.map((window) => (
				<div key={`${window.is_for} ${window.name}`} class="lane">
					<span class="lane-name">
						{window.name}
						{window.is_for === "reboots" && ", for reboots"}
					</span>
					{window.openings.map(({ opens_at, starts_until, closes_at }) => (
						<>
							<span class="closing" style={span(opens_at, closes_at)} title={`closes ${timeText(closes_at)}`} />
							<span
								class="opening"
								style={span(opens_at, starts_until)}
								title={`${timeText(opens_at)} until ${timeText(starts_until)}`}
							/>
						</>
					))}
				</div>
			))}
			{shown.map(({ at, words }) => (
				<div key={`${words} ${at}`} class="lane">
					<span class="lane-name">{words}</span>
					<span class="mark-line" style={{ left: place(Date.parse(at)) }} title={timeText(at)} />
				</div>
			))}
		</div>
	);
}

/** Midnights by this computer's clock, and not so many that they cannot be read. */
function ticksIn(start: number, end: number): readonly number[] {
	const every = Math.ceil((end - start) / DAY_MS / MOST_TICKS);
	const ticks: number[] = [];
	const at = new Date(start);
	for (at.setHours(24, 0, 0, 0); at.getTime() < end; at.setDate(at.getDate() + every)) ticks.push(at.getTime());
	return ticks;
}

function told(windows: ScheduleRow["windows"], marks: readonly Mark[]): string {
	const openings = windows.map(({ name, is_for, openings: [next] }) =>
		next
			? `${name}: ${is_for} may start from ${timeText(next.opens_at)} until ${timeText(next.starts_until)}`
			: `${name}: not in these days`,
	);
	return [...openings, ...marks.map(({ at, words }) => `${words} ${timeText(at)}`)].join("; ") || "at any time";
}
