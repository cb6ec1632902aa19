import assert from "node:assert/strict";
import { test } from "node:test";
import { fillDefinitions, fillOf } from "../../src/console/timeline-fills.ts";
import { STATES } from "../../src/simulate/timeline.ts";

/** What is seen of a fill: its lines, if it has any, and what is under them. */
function look(state: (typeof STATES)[number]) {
	const fill = fillOf(state);
	const [, id] = /^url\(#(.*)\)$/.exec(fill) ?? [];
	if (id === undefined) return { lines: null, colour: fill };
	const pattern = fillDefinitions(STATES).find((line) => line.startsWith(`<pattern id="${id}" `)) ?? "";
	const [, size, colour, path] =
		/width="([\d.]+)".*<rect [^>]*fill="(#[0-9a-f]{6})".*<path d="([^"]+)"/.exec(pattern) ?? [];
	assert.ok(size && colour && path, `${state}: ${fill} is not defined: ${pattern}`);
	return { lines: `${path} on ${size}`, colour };
}

test("no two states of the picture share a colour", () => {
	assert.equal(new Set(STATES.map((state) => look(state).colour)).size, STATES.length);
});

test("no two states share their lines; the dark verified and the light waiting alone have none", () => {
	assert.deepEqual(
		STATES.filter((state) => look(state).lines === null),
		["verified", "waiting"],
	);
	const lines = STATES.flatMap((state) => look(state).lines ?? []);
	assert.equal(new Set(lines).size, lines.length);
});
