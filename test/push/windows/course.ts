import assert from "node:assert/strict";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { PackageSpec } from "../../../src/model/policy.ts";
import { classifyExit } from "../../../src/plan/outcome-class.ts";
import { verdict } from "../../../src/plan/verdict.ts";
import { parsePolicy } from "../../../src/policy/parse-policy.ts";
import type { Task } from "../../../src/push/pusher.ts";
import type { Delivery } from "../../../src/push/task.ts";
import { NO_LIMITS } from "../lab.ts";
import { sha256Of } from "../stage.ts";
import type { WindowsLab } from "./lab.ts";

export type Course = ReturnType<typeof courseOn>;

/** What the tests on one Windows machine do with it, each in another attempt; the machine is there once they run. */
export function courseOn(lab: () => WindowsLab) {
	let attempt = 1;

	/** A package as a policy's text has it. */
	function specOf(content: Uint8Array, yaml: string): PackageSpec {
		const lines = `name: till\nversion: "1.2.0"\nchecksum: sha256:${sha256Of(content)}\nsource: { url: file:///till }\n${yaml}`;
		const text = `version: 1\nname: tills\npackages:\n  - ${lines.trim().replaceAll("\n", "\n    ")}\ntargets: { match: "*" }\nrollout: { rings: [{ name: all }] }\nschedule: now\n`;
		const parsed = parsePolicy(text, "tills.yaml");
		assert.ok("policy" in parsed, JSON.stringify(parsed));
		return parsed.policy.packages[0] as PackageSpec;
	}

	/** Another attempt each time. */
	function taskOf(spec: PackageSpec): Task {
		const rollout = "tills@12345678/2026-11-23T02:00:00Z";
		return { spec, ref: { machine: "till-07", rollout, package: spec.name, attempt: attempt++ } };
	}

	async function deliver(task: Task, content: Uint8Array) {
		const delivery: Delivery = {
			methods: ["sftp"],
			sizeBytes: content.length,
			stallMs: 30_000,
			torrent: async () => Buffer.alloc(0),
			url: async () => "",
			rates: () => NO_LIMITS,
			heardBytes: () => 0,
			read: (from) => Readable.from([Buffer.from(content).subarray(from)]),
			helperFor: async () => null,
			onReached: () => undefined,
			onChosen: async () => undefined,
		};
		return (await lab().pusher.deliver(lab().target, task, delivery, lab().signal)).outcome;
	}

	async function see(task: Task) {
		const { outcome } = await lab().pusher.inspect(lab().target, task, lab().signal);
		assert.ok(outcome.kind === "inspected", JSON.stringify(outcome));
		return { verdict: verdict(task.spec, outcome.facts.observations), ...outcome.facts, machine: outcome.machine };
	}

	async function install(content: Uint8Array, yaml: string) {
		const task = taskOf(specOf(content, yaml));
		assert.equal((await deliver(task, content)).kind, "delivered");
		const pushed = await lab().pusher.install(lab().target, task, lab().signal);
		const { outcome } = pushed;
		const exitClass = outcome.kind === "exited" ? classifyExit(task.spec.returnCodes, outcome.exitCode) : null;
		const said = (pushed.output?.head ?? "") + (pushed.output?.tail ?? "");
		return { task, exitClass, said, totalBytes: pushed.output?.totalBytes, ...outcome };
	}

	const drive = (path: string) => join(lab().machine.drive, path);
	const msi = (productCode: string, version: string) =>
		`type: msi\ndetection: [{ type: msi, product_code: "${productCode}", version: "${version}" }]\n`;

	return { lab, specOf, taskOf, deliver, see, install, drive, msi };
}
