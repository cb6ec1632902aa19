import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";

const PROGRAM = join(import.meta.dirname, "../../src/daemon/main.ts");
const POLICY = join(import.meta.dirname, "../../config/policies/kernel-reboot.yaml");
const START = "2026-11-23T08:00[Europe/Budapest]";

let folder = "";
before(async () => {
	folder = await mkdtemp(join(tmpdir(), "fleetseed-simulate-"));
});
after(() => rm(folder, { recursive: true }));

function simulate(...options: readonly string[]) {
	return promisify(execFile)(process.execPath, [PROGRAM, "simulate", ...options]).then(
		({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
		({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
			code,
			out: stdout,
			err: stderr,
		}),
	);
}

test("the timeline tells when the window opened, each ring began, and why machines are not done", async () => {
	const { out, code } = await simulate(POLICY, "--machines", "100", "--days", "5", "--start", START, "--fail", "10%");
	assert.equal(code, 0);
	assert.match(out, /^kernel \(revision [0-9a-f]{8}\) on 100 modelled machines, 100 of them selected, for 5 days/);
	assert.match(out, /Mon 23 Nov 22:00 {2}window night opens/);
	assert.match(out, /Mon 23 Nov 22:00 {2}ring canary: first install, on machine-00001/);
	assert.match(out, /nothing new starts: stopped: 1 of \d+ started machines failed, max_errors is 0/);
	assert.match(out, /Why machines are not done:\n {2}\d+ machines, such as machine-\d+: stopped/);
	assert.match(out, /[\d,]+ times real time/);
});

test("--json is one document, and --svg a picture with every state and the windows", async () => {
	const svg = join(folder, "out.svg");
	const { out } = await simulate(POLICY, "--machines", "50", "--days", "3", "--start", START, "--svg", svg, "--json");
	const report = JSON.parse(out);
	assert.equal(report.start, "2026-11-23T07:00:00.000Z");
	assert.equal(report.selected, 50);
	assert.equal(report.windows[0].from, "2026-11-23T21:00:00.000Z");
	assert.ok(report.times_real_time > 700);
	const picture = await readFile(svg, "utf8");
	assert.match(picture, /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"[\s\S]*<\/svg>\n$/);
	assert.match(picture, /<title>window night<\/title>/);
	assert.match(picture, /ring canary/);
	assert.doesNotMatch(picture, /NaN|undefined/);
});

test("an inventory gives the machines", async () => {
	const inventory = join(folder, "inventory.yaml");
	const machines = ["a", "b", "c"].map((name) => ({ name, address: "192.0.2.1", groups: ["servers"] }));
	await writeFile(
		inventory,
		JSON.stringify({ version: 1, machines: [...machines, { name: "d", address: "192.0.2.1" }] }),
	);
	const { out } = await simulate(POLICY, "--inventory", inventory, "--start", START, "--json");
	const report = JSON.parse(out);
	assert.deepEqual([report.machines, report.selected], [4, 3]);
});

for (const [options, complaint] of [
	[["--machines", "0"], /--machines 0: expected a whole number from 1/],
	[["--offline", "110%"], /--offline 110%: expected a percentage/],
	[["--start", "yesterday"], /--start yesterday: expected a date and time with a zone/],
	[["--answer", "soon"], /--answer soon: expected a duration/],
	[["--inventory", "/nowhere.yaml"], /nowhere\.yaml/],
] as const) {
	test(`${options.join(" ")} is wrong usage, and says what is expected`, async () => {
		const { code, err } = await simulate(POLICY, ...options);
		assert.equal(code, 2);
		assert.match(err, complaint);
	});
}

test("a policy with problems is not played: each is told with its place", async () => {
	const file = join(folder, "bad.yaml");
	await writeFile(file, "version: 1\nname: bad\ntargets: {}\n");
	const { code, out } = await simulate(file);
	assert.equal(code, 1);
	assert.match(out, /bad\.yaml:\d+:\d+.*\(FS-POLICY-/);
});

test("who asks for more machines than the policy names is told", async () => {
	const named = join(folder, "named.yaml");
	const text = await readFile(join(import.meta.dirname, "../../config/policies/hello-script.yaml"), "utf8");
	await writeFile(named, text.replace(/^targets:(\n .*)*/m, "targets: { machines: [mill-01, mill-02] }"));
	const { err, out } = await simulate(named, "--machines", "50", "--days", "1");
	assert.match(out, /on 2 modelled machines/);
	assert.equal(err, "the policy itself names its machines: 2 are modelled, not 50\n");
	assert.equal((await simulate(POLICY, "--machines", "50", "--days", "1")).err, "");
});

test("a picture that cannot be written is told as that", async () => {
	const { code, err } = await simulate(POLICY, "--machines", "5", "--days", "1", "--svg", join(folder, "no/such.svg"));
	assert.equal(code, 2);
	assert.match(err, /^--svg: ENOENT: .*\nName a file that can be written\.\n$/);
});
