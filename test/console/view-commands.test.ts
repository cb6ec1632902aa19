import assert from "node:assert/strict";
import { test } from "node:test";
import { piecesBar, piecesSentence } from "../../src/console/render-pieces.ts";
import { CONTROL, commandLine } from "./command-line.ts";
import { DIGEST, PACKAGE, SCHEDULE, SWARM } from "./memory-views.ts";

const line = commandLine();
const { fleetseed } = line;

test("swarm tells how each package spreads, against what is possible", async () => {
	const { out, code } = await fleetseed("swarm");
	assert.match(
		out,
		/^app 2, 1\.0 MiB: 1 of 2 machines hold it; the controller sent 1\.4 MiB; not sooner than in 2\.0 s \(1\.0 MiB\/s over all\); 8 pieces, the rarest on 1 machine\n/,
	);
	assert.match(out, /mill-01 +100 % +\[#{16}\] +helper +512\.0 KiB +512\.0 KiB +256\.0 KiB +3\.0 s +1\.50 x\n/);
	assert.match(out, /mill-02 +25 % +\[#-#-----\] +http +256\.0 KiB +0 B\n/);
	assert.equal(code, 0);
	assert.deepEqual(JSON.parse((await fleetseed("swarm", "--json")).out), SWARM);
});

test("packages tells what is in the store and who has it", async () => {
	const { out } = await fleetseed("packages");
	assert.match(out, new RegExp(`app 2 +held +1\\.0 MiB +office +1 +1 +${DIGEST}\n$`));
	const { machines, ...row } = PACKAGE;
	assert.deepEqual(JSON.parse((await fleetseed("packages", "--json")).out), [row]);
	line.cockpit.packages = async () => [{ ...row, names: ["app\u001b[2J"] }];
	assert.doesNotMatch((await fleetseed("packages")).out, CONTROL);
});

test("schedule tells the next run, those that were missed, and when installs may start", async () => {
	const { out } = await fleetseed("schedule");
	const zone = "Europe/Budapest";
	for (const shown of [`0 2 \\* \\* sat ${zone}`, `2026-11-28 02:00 ${zone}`, `1, last 2026-11-14 02:00 ${zone}`])
		assert.match(out, new RegExp(shown));
	assert.match(out, /night: from 2026-11-28 02:00 Europe\/Budapest/);
	const [office] = SCHEDULE.policies;
	const within = { ...SCHEDULE, at: "2026-11-28T02:00:00.000Z" };
	line.cockpit.schedule = async () => within;
	assert.match((await fleetseed("schedule")).out, /night: until 2026-11-28 05:30 Europe\/Budapest/);
	line.cockpit.schedule = async () => ({ ...within, at: "2026-11-28T04:30:00.000Z" });
	assert.match((await fleetseed("schedule")).out, /night: from 2026-11-29 02:00/, "past its cutoff nothing starts");
	assert.ok(office);
	line.cockpit.schedule = async () => ({ ...SCHEDULE, policies: [{ ...office, windows: [] }] });
	assert.match((await fleetseed("schedule")).out, /at any time/);
});

test("schedule asks for as many days as are typed, and takes no other words", async () => {
	await fleetseed("schedule", "--days", "35", "--json");
	assert.deepEqual(line.cockpit.acts, ["schedule 35"]);
	for (const days of ["0", "36", "x", "1.5"]) assert.equal((await fleetseed("schedule", "--days", days)).code, 2, days);
	assert.equal(line.cockpit.acts.length, 1);
});

test("a bar tells which pieces a machine has, in few marks of however many", () => {
	const bar = (share: number, pieces: string | null, has_left = false) => piecesBar({ share, pieces, has_left });
	assert.equal(bar(0.5, "f".repeat(128) + "0".repeat(128)), "[########--------]");
	assert.equal(bar(0.5, `${"f".repeat(31)}0`, true), "[###############+] left");
	assert.equal(bar(0.1, `8${"0".repeat(31)}`), "[+---------------]");
	assert.deepEqual([bar(0.5, null), bar(1, null)], ["", "[################]"]);
	assert.equal(
		piecesSentence({ count: 512, availability: [2.5, 3] }),
		"512 pieces, the rarest on 2.5 machines on the mean",
	);
});
