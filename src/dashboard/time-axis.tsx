import { scaleTime } from "d3-scale";
import type { ScheduleRow } from "../console/cockpit.ts";
import { tickText, timeText, ZONE } from "./words.ts";

const TICKS = 8;
/** In percent: what is written behind it would not fit. */
const NEAR_END = 94;
const MINUTE_SECONDS = 60;

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
	const scale = scaleTime([start, end], [0, 100]).clamp(true);
	const span = (opens: string, closes: string) => {
		const [left, right] = [scale(Date.parse(opens)), scale(Date.parse(closes))];
		return { left: `${left}%`, width: `${right - left}%` };
	};
	const shown = marks.filter(({ at }) => Date.parse(at) >= start && Date.parse(at) < end);
	return (
		<div class="axis" role="img" aria-label={told(windows, shown)}>
			<div class="lane ticks">
				{scale.ticks(TICKS).map((at) => (
					<span key={at} class={scale(at) > NEAR_END ? "tick last" : "tick"} style={{ left: `${scale(at)}%` }}>
						{tickText(at, MINUTE_SECONDS)}
					</span>
				))}
			</div>
			{windows.length === 0 && <div class="lane text-light">installs may start at any time</div>}
			{windows.map((window) => (
				<div key={`${window.is_for} ${window.name}`} class="lane">
					<span class="lane-name" title={window.name}>
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
					<span class="lane-name" title={words}>
						{words}
					</span>
					<span class="mark-line" style={{ left: `${scale(Date.parse(at))}%` }} title={timeText(at)} />
				</div>
			))}
		</div>
	);
}

/** Whose time it is, and what the two ways to draw an opening mean, where both are drawn. */
export function AxisKey({ windows }: Pick<AxisProps, "windows">) {
	const isClosing = windows.some(({ cutoff_seconds }) => cutoff_seconds > 0);
	return (
		<p class="text-light">
			In this browser's time, {ZONE}.
			{isClosing && (
				<>
					{" "}
					<span class="key opening" aria-hidden="true" /> may start <span class="key closing" aria-hidden="true" /> what
					has started may end
				</>
			)}
		</p>
	);
}

function told(windows: ScheduleRow["windows"], marks: readonly Mark[]): string {
	const openings = windows.map(({ name, is_for, openings: [next] }) =>
		next
			? `${name}: ${is_for} may start from ${timeText(next.opens_at)} until ${timeText(next.starts_until)}`
			: `${name}: not in these days`,
	);
	return [...openings, ...marks.map(({ at, words }) => `${words} ${timeText(at)}`)].join("; ") || "at any time";
}
