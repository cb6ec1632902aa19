import assert from "node:assert/strict";
import { test } from "node:test";
import { KeptAnswers } from "../../src/daemon/kept-answers.ts";

test("an answer is made once while nothing has happened, and anew after an event or a quarter of a second", async () => {
	let now = 0;
	let made = 0;
	const kept = new KeptAnswers({ clock: () => now });
	const [fleet, settings] = [{}, {}];
	const ask = (question: string, ...madeOf: readonly unknown[]) =>
		kept.answer(question, madeOf, async () => `${question} ${++made}`);
	const both = Promise.all([ask("status", fleet, settings), ask("status", fleet, settings)]);
	assert.deepEqual(await both, ["status 1", "status 1"], "also those who ask while it is being made");
	assert.equal(await ask("plan", fleet, settings), "plan 2");
	now = 249;
	assert.equal(await ask("status", fleet, settings), "status 1");
	assert.equal(await ask("status", {}, settings), "status 3", "the fleet is another");
	assert.equal(await ask("status", fleet, settings), "status 4");
	now = 499;
	assert.equal(await ask("status", fleet, settings), "status 5");
});

test("an answer that could not be made is not kept", async () => {
	const kept = new KeptAnswers();
	await assert.rejects(kept.answer("status", [], () => Promise.reject(new Error("no"))));
	assert.equal(await kept.answer("status", [], async () => "yes"), "yes");
});
