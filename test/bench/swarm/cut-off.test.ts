import assert from "node:assert/strict";
import { test } from "node:test";
import { isMet } from "../figures.ts";
import { finishedWithout } from "./cut-off.ts";

test("a cable that is cut when all are done shows nothing", () => {
	const areMet = (stillOnTheirWay: number, done: number) =>
		finishedWithout({ sourceMultiple: 1, stillOnTheirWay }, { machines: 4, done, seconds: 15 }).map(isMet);
	assert.deepEqual(areMet(3, 4), [null, true, true]);
	assert.deepEqual(areMet(0, 4), [null, false, true]);
	assert.deepEqual(areMet(3, 3), [null, true, false]);
});
