import assert from "node:assert/strict";
import { test } from "node:test";
import { readArguments } from "./arguments.ts";

test("without options: sixteen machines at 20 Mbit/s and 32 MiB, everybody that fleetseed is held against", () => {
	const wanted = readArguments([]);
	assert.deepEqual(wanted.groups, [{ rate: "20mbit", count: 16 }]);
	assert.equal(wanted.sourceRate, "20mbit");
	assert.equal(wanted.sizeBytes, 32 * 2 ** 20);
	assert.deepEqual(wanted.only, ["fleetseed", "aria2", "libtorrent", "uftp", "nginx+curl"]);
	assert.equal(wanted.killShare, 0);
	assert.equal(wanted.agent, null);
});

test("rates name groups, and the first is the controller's", () => {
	const wanted = readArguments(["--rates", "20mbit*15,2mbit*1"]);
	assert.deepEqual(wanted.groups, [
		{ rate: "20mbit", count: 15 },
		{ rate: "2mbit", count: 1 },
	]);
	assert.equal(wanted.sourceRate, "20mbit");
	assert.equal(readArguments(["--rates", "20mbit*3", "--source-rate", "1gbit"]).sourceRate, "1gbit");
});

test("everything can be asked for at once", () => {
	const wanted = readArguments(
		[
			"--machines",
			"8",
			"--only",
			"aria2, fleetseed",
			"--kill",
			"30%",
			"--late",
			"4",
			"--liar",
			"--outsider",
			"--strangers",
		].concat([...["--repeat", "3", "--cpu", "--agent", "/opt/peer", "--json", "--out", "x.json", "--size", "1GiB"]]),
	);
	assert.deepEqual(wanted.only, ["fleetseed", "aria2"]);
	assert.equal(wanted.killShare, 0.3);
	assert.equal(wanted.late, 4);
	assert.equal(wanted.hasLiar, true);
	assert.equal(wanted.hasStrangers, true);
	assert.ok(wanted.outsiderSeconds > 0);
	assert.equal(wanted.repeat, 3);
	assert.equal(wanted.sizeBytes, 2 ** 30);
	assert.equal(wanted.agent, "/opt/peer");
});

const refused: readonly (readonly [argv: readonly string[], why: RegExp])[] = [
	[["--machines", "1"], /--machines: expected 2 to 200 in all, got 1/],
	[["--machines", "many"], /--machines: expected a whole number/],
	[["--rate", "20"], /expected a rate such as 20mbit, got "20"/],
	[["--rates", "20mbit*3*4"], /--rates: expected RATE\*COUNT/],
	[["--size", "32MB"], /--size: expected a size such as 32MiB, got "32MB"/],
	[["--only", "fleetseed,scp"], /--only: expected some of .*, got "scp"/],
	[["--kill", "100%"], /--kill: expected a whole number from 0 to 90, got "100"/],
	[["--late", "16"], /--late: expected a whole number from 0 to 15/],
	[["--only", "aria2", "--kill=30%"], /--kill: expected fleetseed among --only/],
	[["--only", "aria2", "--liar"], /--liar: expected fleetseed among --only/],
	[["--machines", "2", "--strangers"], /--strangers: expected 3 machines at least, got 2/],
	[["--frobnicate"], /frobnicate/],
];

for (const [argv, why] of refused)
	test(`refuses ${argv.join(" ")}`, () => {
		assert.throws(() => readArguments(argv), why);
	});
