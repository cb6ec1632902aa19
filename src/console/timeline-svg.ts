import { scaleLinear, scaleUtc } from "d3-scale";
import { area, curveStepAfter, stack } from "d3-shape";
import type { Moment, Sample, State, Timeline } from "../simulate/timeline.ts";
import { STATES } from "../simulate/timeline.ts";
import { counted } from "./counted.ts";
import { lastChange } from "./render-timeline.ts";
import { shortRevision } from "./short-revision.ts";
import { fillDefinitions, fillOf } from "./timeline-fills.ts";
import { STATE_WORDS } from "./timeline-words.ts";

const WIDTH = 1100;
const HEIGHT = 560;
const MARGIN = { top: 118, right: 230, bottom: 48, left: 76 };
const RIGHT = WIDTH - MARGIN.right;
const BOTTOM = HEIGHT - MARGIN.bottom;
/** Room after the last change, as a share of what is shown. */
const TAIL = 0.06;
const LEAST_SHOWN_MS = 3_600_000;
/** Words over markers are no closer than this; those that would be move down a row. */
const LABEL_GAP = 150;
const LABEL_ROWS = 4;

interface Frame {
	readonly x: (at: number) => number;
	readonly y: (machines: number) => number;
	readonly from: number;
	readonly to: number;
	readonly timeZone: string;
}

/** Machines by state over time as one SVG picture, with windows as bands and what happened to the rings as markers. */
export function timelineSvg(timeline: Timeline): string {
	const { policy, revision, seed, selected, timeZone, samples, start, end } = timeline;
	const last = Math.max(lastChange(samples), ...timeline.moments.map(({ at }) => at), start + LEAST_SHOWN_MS);
	const to = Math.min(end, last + (last - start) * TAIL);
	const most = Math.max(1, ...samples.map(total));
	const x = scaleUtc([start, to], [MARGIN.left, RIGHT]);
	const y = scaleLinear([0, most], [BOTTOM, MARGIN.top]);
	const frame: Frame = { x: (at) => x(at), y: (machines) => y(machines), from: start, to, timeZone };
	const title = `${policy} (revision ${shortRevision(revision)}), ${counted(selected, "machine")}, seed ${seed}`;
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="12" role="img">`,
		`<title>${escaped(title)}</title>`,
		`<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
		text(MARGIN.left, 26, title, 'font-size="17" font-weight="600"'),
		...fillDefinitions(STATES),
		...areas(samples, frame),
		...bands(timeline, frame),
		...timeAxis(frame),
		...countAxis(y.ticks(5), frame),
		...markers(timeline, frame),
		...legend(samples),
		"</svg>",
		"",
	].join("\n");
}

function total({ counts }: Sample): number {
	return STATES.reduce((sum, state) => sum + counts[state], 0);
}

function areas(samples: readonly Sample[], { x, y, to }: Frame): readonly string[] {
	const known = samples.filter(({ at }) => at <= to);
	const shown = [...known, ...known.slice(-1).map(({ counts }) => ({ at: to, counts }))];
	const layers = stack<Sample, State>()
		.keys(STATES)
		.value(({ counts }, state) => counts[state])(shown);
	return layers.map((layer) => {
		const path = area<(typeof layer)[number]>()
			.x(({ data }) => x(data.at))
			.y0(([low]) => y(low))
			.y1(([, high]) => y(high))
			.curve(curveStepAfter)
			.digits(1)(layer);
		return `<path fill="${fillOf(layer.key)}" stroke="#ffffff" stroke-width="0.8" d="${path ?? ""}"/>`;
	});
}

/** When installs may start: a strip under the picture's top, and a light veil over it. */
function bands({ windows }: Timeline, { x, to }: Frame): readonly string[] {
	const shown = windows.filter(({ from }) => from < to);
	if (shown.length === 0) return [];
	const strips = shown.map(({ name, ...span }) => {
		const [left, right] = [x(span.from), x(Math.min(span.to, to))];
		const width = Math.max(1, right - left).toFixed(1);
		const place = `x="${left.toFixed(1)}" width="${width}"`;
		return `<g><title>${escaped(`window ${name}`)}</title><rect ${place} y="${MARGIN.top - 10}" height="8" fill="#444444"/><rect ${place} y="${MARGIN.top}" height="${BOTTOM - MARGIN.top}" fill="#000000" opacity="0.07"/></g>`;
	});
	return [...strips, text(RIGHT + 8, MARGIN.top - 2, "windows in which installs start", 'fill="#444444"')];
}

function timeAxis({ x, from, to, timeZone }: Frame): readonly string[] {
	const isShort = to - from < 2 * 86_400_000;
	const parts = isShort
		? ({ weekday: "short", hour: "2-digit", minute: "2-digit" } as const)
		: ({ weekday: "short", day: "2-digit", month: "short" } as const);
	const format = new Intl.DateTimeFormat("en-GB", { timeZone, ...parts });
	const ticks = scaleUtc([from, to], [0, 1]).ticks(8).map(Number);
	return [
		...ticks.flatMap((at) => [
			`<line x1="${x(at).toFixed(1)}" x2="${x(at).toFixed(1)}" y1="${BOTTOM}" y2="${BOTTOM + 5}" stroke="#444444"/>`,
			text(x(at), BOTTOM + 19, format.format(at).replaceAll(",", ""), 'text-anchor="middle"'),
		]),
		text(RIGHT, BOTTOM + 38, timeZone, 'text-anchor="end" fill="#666666"'),
	];
}

function countAxis(ticks: readonly number[], { y }: Frame): readonly string[] {
	return [
		...ticks.flatMap((machines) => [
			`<line x1="${MARGIN.left - 5}" x2="${RIGHT}" y1="${y(machines).toFixed(1)}" y2="${y(machines).toFixed(1)}" stroke="#000000" opacity="0.15"/>`,
			text(MARGIN.left - 9, y(machines) + 4, machines.toLocaleString("en"), 'text-anchor="end"'),
		]),
		text(MARGIN.left - 9, MARGIN.top - 18, "machines", 'text-anchor="end" fill="#666666"'),
	];
}

function markers({ moments }: Timeline, { x, to }: Frame): readonly string[] {
	const shown = moments.flatMap((moment) => {
		const word = markerWord(moment);
		return word === null || moment.at > to ? [] : [{ left: x(moment.at), word, isBad: isBad(moment) }];
	});
	const rowEnds: number[] = [];
	return shown.flatMap(({ left, word, isBad: bad }) => {
		const free = rowEnds.findIndex((end) => end + LABEL_GAP < left);
		const row = free >= 0 ? free : rowEnds.length;
		if (row >= LABEL_ROWS) return [];
		rowEnds[row] = left;
		const base = 44 + row * 15;
		const colour = bad ? "#a33f00" : "#222222";
		const line = `<line x1="${left.toFixed(1)}" x2="${left.toFixed(1)}" y1="${base + 4}" y2="${BOTTOM}" stroke="${colour}" stroke-dasharray="3 3"/>`;
		return [line, text(left + 4, base + 4, word, `fill="${colour}"`)];
	});
}

function isBad({ kind }: Moment): boolean {
	return kind === "stopped" || kind === "halted" || kind === "went_back" || kind === "run_missed";
}

function markerWord(moment: Moment): string | null {
	switch (moment.kind) {
		case "run_began":
			return "run begins";
		case "ring_started":
			return `ring ${moment.ring}`;
		case "stopped":
			return "stopped";
		case "halted":
			return "rollout ends";
		case "went_back":
			return "goes back";
		case "run_missed":
			return "run missed";
		case "controller_off":
			return "controller off";
		case "controller_back":
			return "controller back";
		case "deadline":
			return "deadline";
		default:
			return null;
	}
}

function legend(samples: readonly Sample[]): readonly string[] {
	const seen = STATES.filter((state) => samples.some(({ counts }) => counts[state] > 0)).reverse();
	const end = samples.at(-1)?.counts;
	return seen.flatMap((state, index) => {
		const top = MARGIN.top + 14 + index * 22;
		const words = `${STATE_WORDS[state]}: ${(end?.[state] ?? 0).toLocaleString("en")}`;
		return [
			`<rect x="${RIGHT + 14}" y="${top}" width="18" height="16" fill="${fillOf(state)}" stroke="#444444" stroke-width="0.5"/>`,
			text(RIGHT + 40, top + 12, words),
		];
	});
}

function text(x: number, y: number, words: string, attributes = ""): string {
	return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${escaped(words)}</text>`;
}

function escaped(words: string): string {
	return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
