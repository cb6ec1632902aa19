import { scaleLinear, scaleUtc } from "d3-scale";
import { curveStepAfter, line } from "d3-shape";
import { html, type Markup, Markup as Raw } from "../html.ts";
import { endsOf, type RolloutStory } from "./rollout-story.ts";

const WIDTH = 960;
const HEIGHT = 220;
const MARGIN = { top: 10, right: 16, bottom: 28, left: 44 };

/** How many machines were verified by when; empty when none was. */
export function progressChart(story: RolloutStory): Markup {
	const { beganAt, lastAt } = story;
	const machines = endsOf(story);
	const done = machines.filter(({ isVerified }) => isVerified).map(({ at }) => Date.parse(at));
	if (done.length === 0) return html``;
	done.sort((a, b) => a - b);
	const [from, to] = [Date.parse(beganAt), Math.max(Date.parse(lastAt), Date.parse(beganAt) + 1000)];
	const x = scaleUtc([from, to], [MARGIN.left, WIDTH - MARGIN.right]);
	const y = scaleLinear([0, machines.length], [HEIGHT - MARGIN.bottom, MARGIN.top]);
	const points: [number, number][] = [[from, 0], ...done.map((at, index): [number, number] => [at, index + 1])];
	points.push([to, done.length]);
	const path =
		line<[number, number]>(
			([at]) => x(at),
			([, count]) => y(count),
		).curve(curveStepAfter)(points) ?? "";
	const times = x.ticks(6).map((tick) => {
		return html`<text x="${x(tick).toFixed(1)}" y="${HEIGHT - 8}" text-anchor="middle">${x.tickFormat(6)(tick)}</text>`;
	});
	const counts = y
		.ticks(4)
		.filter(Number.isInteger)
		.map((tick) => {
			const at = y(tick).toFixed(1);
			return html`<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${at}" y2="${at}" stroke="currentColor" opacity="0.15"/><text x="${MARGIN.left - 8}" y="${at}" dy="4" text-anchor="end">${tick}</text>`;
		});
	return html`<figure><figcaption>Machines verified, by time (UTC)</figcaption><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${done.length} of ${machines.length} verified" font-size="12" fill="currentColor">${counts}${times}${new Raw(`<path d="${path}" fill="none" stroke="currentColor" stroke-width="2"/>`)}</svg></figure>`;
}
