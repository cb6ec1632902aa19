import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import { Agent, request } from "undici";
import { exported } from "../../src/console/audit/export.ts";
import type { AuditLine } from "../../src/console/cockpit.ts";
import type { Event } from "../../src/model/event.ts";
import { policyOf } from "../plan/fleet-of.ts";
import { CommandLine } from "./command-line.ts";

const line = new CommandLine();
const policy = policyOf({});
const rollout = `${policy.name}@${policy.revision.slice(0, 8)}/2026-11-23T10:00:00.000Z`;
const spec = policy.packages[0];
assert.ok(spec);
const ref = { machine: "mill-01", rollout, package: spec.name, attempt: 1 };
const absent = spec.detection.map(() => ({ type: "package" as const, version: null }));
const present = spec.detection.map(() => ({ type: "package" as const, version: spec.version }));
const job = { kind: "none" } as const;
const EVIL = `=HYPERLINK("x")<script>alert(1)</script>`;
const BEGUN = Date.parse("2026-11-23T10:00:00Z");

function events(): readonly Event[] {
	const step = { kind: "begin" as const, rollout, policy: policy.name, revision: policy.revision, run: BEGUN };
	const inspect = { ...ref, kind: "inspect" as const };
	const install = { ...ref, kind: "install" as const };
	const listed: readonly (Event extends infer Each ? (Each extends Event ? Omit<Each, "at"> : never) : never)[] = [
		{ kind: "PolicyApplied", policy, source: "office.yaml" },
		{ kind: "PolicyApproved", policy: policy.name, revision: policy.revision, by: "eve" },
		{ kind: "StepStarted", step },
		{ kind: "StepFinished", step, outcome: { kind: "recorded" } },
		{
			kind: "StepFinished",
			step: inspect,
			outcome: { kind: "inspected", facts: { observations: absent, job, isStaged: false } },
		},
		{ kind: "StepStarted", step: install },
		{ kind: "StepFinished", step: install, outcome: { kind: "exited", exitCode: 0 } },
		{
			kind: "StepFinished",
			step: inspect,
			outcome: { kind: "inspected", facts: { observations: present, job, isStaged: true } },
		},
		{
			kind: "StepFinished",
			step: { ...install, machine: "mill-02" },
			outcome: { kind: "failed", failure: { code: "FS-INSTALL-EXIT", detail: EVIL } },
		},
		{ kind: "Paused", policy: null, by: "bob", reason: EVIL },
	];
	return listed.map((event, index) => ({ ...event, at: BEGUN + (index + 1) * 1000 }) as Event);
}

const NOTHING = { policy: null, revision: null, package: null, sha256: null, machine: null, rollout: null } as const;
const AN_AUDIT_LINE: AuditLine = {
	...{ seq: 1, at: "2026-11-23T10:00:00.000Z", who: "eve", act: "pause", outcome: "done", hash: "0".repeat(64) },
	...{ ...NOTHING, attempt: null, exit_code: null, detection_before: null, detection_after: null, detail: "" },
};

before(async () => {
	await line.start();
	line.furnished?.record(events());
});
after(() => line.stop());

test("each decision and act is one line: who, when, policy, digest, machine, outcome, exit code, detection before and after", async () => {
	const { out, code } = await line.fleetseed("audit", "export");
	assert.equal(code, 0);
	const lines = out
		.trim()
		.split("\n")
		.map((text) => JSON.parse(text));
	assert.deepEqual(
		lines.map(({ who, act, outcome }) => `${who} ${act} ${outcome}`),
		[
			"fleetseed apply_policy done",
			"eve approve_policy done",
			"fleetseed begin started",
			"fleetseed begin recorded",
			"fleetseed inspect differs",
			"fleetseed install started",
			"fleetseed install exited",
			"fleetseed inspect verified",
			"fleetseed install FS-INSTALL-EXIT",
			"bob pause done",
		],
	);
	const { hash, ...installed } = lines[6];
	assert.match(hash, /^[0-9a-f]{64}$/);
	assert.deepEqual(installed, {
		seq: 7,
		at: "2026-11-23T10:00:07.000Z",
		who: "fleetseed",
		act: "install",
		outcome: "exited",
		policy: policy.name,
		revision: policy.revision,
		...ref,
		sha256: spec.sha256,
		exit_code: 0,
		detection_before: "differs: package not installed",
		detection_after: null,
		detail: "",
	});
	assert.equal(lines[7].detection_before, "differs: package not installed");
	assert.equal(lines[7].detection_after, `verified: package ${spec.version}`);
});

test("the table opens in a spreadsheet as text, never as a formula", async () => {
	const { out } = await line.fleetseed("audit", "export", "--format", "csv");
	const rows = out.trim().split("\r\n");
	assert.equal(rows.length, 11);
	assert.match(rows[0] ?? "", /^seq,at,who,act,outcome,policy,revision,package,sha256,machine,/);
	assert.ok(rows[9]?.includes(`"'=HYPERLINK(""x"")<script>alert(1)</script>"`), rows[9]);
});

test("no cell is a formula, wherever a spreadsheet parts cells: at commas, or at semicolons where a comma is the decimal sign", async () => {
	for (const evil of [
		"=1+1",
		"+1",
		"-1",
		"@SUM(1)",
		"x;=1+1",
		"x; =1+1",
		'x;"=1+1"',
		"x\n=1+1",
		"x;\n=1+1",
		"\t=1+1",
		"\uff1d1+1",
	]) {
		const pages = (async function* () {
			yield [{ ...AN_AUDIT_LINE, detail: evil }];
		})();
		let text = "";
		for await (const part of exported(pages, "csv")) text += part;
		assert.equal(text.split(/\r\n|\r|\n/).length, 3, "a line for each line of the audit");
		for (const separator of [",", ";"])
			for (const cell of text.split(/\r\n/).flatMap((row) => row.split(separator)))
				assert.doesNotMatch(cell, /^[\s"]*[=+\-@\uff1d]/, `${JSON.stringify(evil)} by ${separator}: ${cell}`);
	}
});

test("the report is a page that needs nothing else, in which what machines say is text", async () => {
	const { out, code } = await line.fleetseed("audit", "report", "--policy", policy.name);
	assert.equal(code, 0);
	assert.doesNotMatch(out, /<script|src=|href=|@import|url\(/);
	assert.ok(out.includes("=HYPERLINK(&quot;x&quot;)&lt;script&gt;"));
	for (const told of [policy.revision, `sha256:${spec.sha256}`, "eve", "mill-02", "FS-INSTALL-EXIT", "All 10 lines"])
		assert.ok(out.includes(told), told);
	const socketPath = line.socketPath;
	const answer = await request(`http://fleetseed/api/v1/audit/report?policy=${policy.name}`, {
		dispatcher: new Agent({ connect: { socketPath } }),
	});
	const style = /<style>(.*)<\/style>/s.exec(await answer.body.text())?.[1] ?? "";
	const digest = createHash("sha256").update(style).digest("base64");
	const allowed = String(answer.headers["content-security-policy"]);
	assert.ok(allowed.startsWith(`default-src 'none'; style-src 'sha256-${digest}';`), allowed);
	const none = await line.fleetseed("audit", "report", "--policy", "office", "--rollout", "office@0/1");
	assert.equal(none.code, 1);
});

test("verify says that all is well with the line to note, and names a line that somebody changed", async () => {
	const good = await line.fleetseed("audit", "verify");
	assert.equal(good.code, 0);
	const [, seq, hash] = /the last is (\d+):([0-9a-f]{64})/.exec(good.out) ?? [];
	assert.equal(seq, "10");
	assert.equal((await line.fleetseed("audit", "verify", "--head", `${seq}:${hash}`)).code, 0);
	const other = await line.fleetseed("audit", "verify", "--head", `${seq}:${"0".repeat(64)}`);
	assert.match(other.out, /line 10: it, or a line before it, is not the one that was known/);
	const file = line.furnished?.file ?? "";
	const db = new DatabaseSync(file);
	db.exec("UPDATE events SET body = replace(body, 'FS-INSTALL-EXIT', 'FS-INSTALL-BUSY') WHERE seq = 9");
	db.close();
	for (const where of [[], ["--journal", file]]) {
		const bad = await line.fleetseed("audit", "verify", ...where);
		assert.equal(bad.code, 1);
		assert.match(bad.out, /^line 9: it is not what was written/m);
		assert.match(bad.err, /FS-AUDIT-BROKEN/);
	}
});

test("tokens are made, listed without their secret, and revoked", async () => {
	const sentences = await Promise.all(
		["3651", "0", "x"].map(async (days) => {
			const { err, code } = await line.fleetseed("token", "create", "ci", "--role", "operator", "--days", days);
			return `${code} ${/expected 1 to 3650 days/.exec(err)?.[0]}`;
		}),
	);
	assert.deepEqual(new Set(sentences), new Set(["2 expected 1 to 3650 days"]));
	const made = await line.fleetseed("token", "create", "ci", "--role", "operator", "--days", "30");
	const token = made.out.trim();
	assert.match(token, /^fst_[0-9a-f]{8}_[\w-]{43}$/);
	assert.equal(line.furnished?.desks.tokens.find(token)?.name, "ci");
	assert.match(
		made.err,
		/shown this once\.\nNothing listens for it yet\..*\n {2}api: \{ listen: "127\.0\.0\.1:8443" \}\n$/,
	);
	const id = token.slice(4, 12);
	const listed = await line.fleetseed("token", "list");
	assert.match(listed.out, new RegExp(`${id} +ci +operator +eve, `));
	assert.ok(!listed.out.includes(token.slice(13)));
	assert.equal((await line.fleetseed("token", "create", "ci", "--role", "admin")).code, 1, "one name, one token");
	assert.equal((await line.fleetseed("token", "revoke", id)).code, 0);
	assert.equal(line.furnished?.desks.tokens.find(token), null);
	assert.equal((await line.fleetseed("token", "create", "x", "--role", "king")).code, 2);
});
