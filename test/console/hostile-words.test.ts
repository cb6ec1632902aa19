import assert from "node:assert/strict";
import { test } from "node:test";
import { printable } from "../../src/console/printable.ts";
import type { Event } from "../../src/model/event.ts";
import { policyOf } from "../plan/fleet-of.ts";
import { CONTROL, commandLine } from "./command-line.ts";
import { MemoryCockpit } from "./memory-cockpit.ts";

const SHAPES: readonly ((n: number) => string)[] = [
	(n) => `<script>alert(${n})</script>`,
	(n) => `"><img src=x onerror=alert(${n})>`,
	(n) => `</title></style><svg onload=alert(${n})>`,
	(n) => `&lt;b&gt;${n}&#60;i&#62;`,
	(n) => `' onmouseover='alert(${n})`,
	(n) => `\u001b[2J\u001b]0;owned ${n}\u0007`,
	(n) => `\u009b31mred ${n}\u202egnp.exe`,
	(n) => `\r\nHTTP/1.1 200 OK ${n}\u0000\u0008`,
	(n) => `\u001b]8;;https://evil.example/${n}\u001b\\click\u001b]8;;\u001b\\`,
	(n) => `\u{e0041}\u2066tagged ${n}\u2069\u200b`,
];
const STRINGS = Array.from({ length: 200 }, (_, index) => SHAPES[index % SHAPES.length]?.(index) ?? "");

/** Every word of its machines, versions and outputs is an attack. */
class HostileCockpit extends MemoryCockpit {
	override async status(detail: "all" | "groups") {
		const report = await super.status(detail);
		const [rollout] = report.rollouts;
		const [row] = rollout?.machines ?? [];
		assert.ok(rollout && row);
		const machines = STRINGS.map((each) => ({ ...row, machine: each, reason: each }));
		const groups = STRINGS.map((each) => ({ state: "failed" as const, reason: each, machines: 1, names: [each] }));
		const problems = STRINGS;
		return { ...report, problems, groups, rollouts: [{ ...rollout, held: STRINGS.join(" "), machines }] };
	}

	override async machines() {
		const [row] = await super.machines();
		assert.ok(row);
		return STRINGS.map((name) => ({ ...row, name, presence: name, labels: { [name]: name } }));
	}

	override async packages() {
		const [row] = await super.packages();
		assert.ok(row);
		return STRINGS.map((each) => ({ ...row, names: [each], policies: [each], source: each }));
	}

	override async outputs() {
		const [output] = await super.outputs({ limit: 1 });
		assert.ok(output);
		return STRINGS.map((each) => ({ ...output, machine: each, package: each, kind: each, head: each, tail: each }));
	}

	override async why(name: string) {
		const report = await new MemoryCockpit().why(name);
		const [policy] = report?.policies ?? [];
		const policies = STRINGS.map((each) => ({ ...policy, paragraph: each, sentence: each, advice: each }));
		return report && { ...report, presence: STRINGS.join(" "), policies: policies as typeof report.policies };
	}
}

const line = commandLine();
const { fleetseed } = line;

test("200 attacks as names, reasons, versions and outputs reach no terminal, and none is hidden", async () => {
	line.cockpit = new HostileCockpit();
	for (const words of [["status", "--all"], ["machines"], ["packages"], ["logs"], ["why", "mill-01"]]) {
		const { out } = await fleetseed(...words);
		assert.doesNotMatch(out, CONTROL, words.join(" "));
		// A table may break or cut what is long; each attack has its number near its beginning.
		const shown = STRINGS.filter((each) => out.includes(printable(each)) || out.includes(printable(each).slice(0, 12)));
		assert.equal(shown.length, STRINGS.length, words.join(" "));
	}
});

test("200 attacks as what machines and people said are text in the rollout's report", async () => {
	const policy = policyOf({ policy: { name: "office" } });
	const rollout = `office@${policy.revision.slice(0, 8)}/2026-11-23T10:00:00.000Z`;
	const begin = { kind: "begin", rollout, policy: policy.name, revision: policy.revision, run: 0 } as const;
	const said = STRINGS.flatMap((detail, index): readonly Event[] => [
		{
			kind: "StepFinished",
			step: { kind: "install", machine: `mill-${index}`, rollout, package: "app", attempt: 1 },
			outcome: { kind: "failed", failure: { code: "FS-INSTALL-EXIT", detail } },
			at: index + 3,
		},
		{ kind: "Paused", policy: "office", by: detail, reason: detail, at: index + 3 },
	]);
	line.furnished?.record([
		{ kind: "PolicyApplied", policy, source: "office.yaml", at: 1 },
		{ kind: "StepStarted", step: begin, at: 2 },
		{ kind: "StepFinished", step: begin, outcome: { kind: "recorded" }, at: 2 },
		...said,
	]);
	const { out, err } = await fleetseed("audit", "report", "--policy", "office");
	assert.equal(err, "");
	assert.ok(out.includes("&lt;script&gt;alert(190)"), "they are told");
	assert.doesNotMatch(out, /<(script|img)\b|<svg onload/i);
	assert.doesNotMatch(out, CONTROL);
	for (const format of ["jsonl", "csv"]) {
		const { out: exported } = await fleetseed("audit", "export", "--format", format);
		assert.doesNotMatch(exported.replaceAll("\r\n", "\n"), CONTROL, format);
		if (format === "jsonl") {
			const paused = exported
				.trim()
				.split("\n")
				.map((each) => JSON.parse(each))
				.filter(({ act }) => act === "pause");
			assert.deepEqual(
				paused.map(({ who }) => who),
				STRINGS,
				"and says the same as was written",
			);
		}
	}
	for (const each of STRINGS.filter((each) => /[<>"']/.test(each))) assert.ok(!out.includes(each), each);
});
