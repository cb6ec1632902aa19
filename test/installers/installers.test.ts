import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import type { Installer } from "../../src/installers/installer.ts";
import { actFor, INSTALLERS } from "../../src/installers/registry.ts";
import type { DetectionRule, InstallSpec, PackageSpec, ReturnCodes } from "../../src/model/policy.ts";
import { taskOf } from "../push/lab.ts";

const CASES = join(import.meta.dirname, "cases");

/** What one type of package does; the package is tool 1.2.0, and the words of an install follow its digest. */
interface Cases {
	readonly type: string;
	readonly suffix: string;
	readonly present: readonly DetectionRule[] | null;
	readonly absent?: readonly DetectionRule[];
	readonly return_codes: ReturnCodes;
	readonly install: readonly {
		readonly name: string;
		readonly given: Partial<InstallSpec>;
		readonly mayDowngrade?: true;
		readonly words: readonly string[];
	}[];
	/** The words of its removal; absent: only by a command of the policy's. */
	readonly uninstall?: readonly string[];
	readonly busy: readonly { readonly exitCode: number; readonly output: string; readonly holder: string | null }[];
}

function specOf(type: string, given: Partial<InstallSpec>): PackageSpec {
	const { spec } = taskOf({ type });
	return { ...spec, install: { ...spec.install, ...given } };
}

test("every type of package has its cases", () => {
	assert.deepEqual(
		readdirSync(CASES)
			.map((file) => basename(file, ".yaml"))
			.sort(),
		[...INSTALLERS.keys()].sort(),
	);
});

for (const [type, installer] of INSTALLERS) {
	const cases: Cases = parse(readFileSync(join(CASES, `${type}.yaml`), "utf8"));
	test(`${type}: what it is by default`, () => {
		const spec = specOf(type, {});
		assert.deepEqual(installer.detection?.present(spec) ?? null, cases.present);
		assert.deepEqual(installer.detection?.absent(spec), cases.absent);
		assert.deepEqual(installer.returnCodes, cases.return_codes);
		assert.equal(installer.suffix, cases.suffix);
	});
	for (const { name, given, words, ...options } of cases.install) {
		test(`${type}: ${name}`, () => {
			const spec = specOf(type, given);
			assert.deepEqual(actFor(spec, options).words, [spec.sha256, ...words]);
		});
	}
	test(`${type}: is removed as its type is, or by the policy's command`, () => {
		const absent = { ...specOf(type, { env: { A: "1" } }), state: "absent" as const, sha256: "" };
		if (cases.uninstall) assert.deepEqual(actFor(absent, {}).words, cases.uninstall);
		else assert.throws(() => actFor(absent, {}));
		const uninstall = { command: "/usr/bin/take", arguments: ["it away"] };
		assert.deepEqual(actFor({ ...absent, uninstall }, {}).words, ["A=1", "/usr/bin/take", "it away"]);
	});
	test(`${type}: knows who holds its lock`, () => {
		for (const { holder, ...ended } of cases.busy) assert.equal(installer.busy(ended), holder, ended.output);
	});
	test(`${type}: its program holds nothing of the policy, which may replace it by a command`, () => {
		assert.ok(programs(installer).every((program) => !program.includes("CANARY")));
		const replaced = specOf(type, { command: "/usr/bin/put", arguments: ["--from", "{file}"], env: { A: "1" } });
		const words = [replaced.sha256, cases.suffix, "2", "A=1", "/usr/bin/put", "--from", "{file}"];
		assert.deepEqual(actFor(replaced, {}).words, words);
	});
}

function programs(installer: Installer): readonly string[] {
	const { spec } = taskOf({ name: "CANARY", version: "CANARY", sha256: "CANARY" });
	const install = { ...spec.install, arguments: ["CANARY"], env: { CANARY: "CANARY" }, destination: "CANARY" };
	const canary = { ...spec, install };
	const command = { command: "CANARY", arguments: ["CANARY"] };
	const acts = [
		installer.install(canary, {}),
		actFor({ ...canary, install: { ...install, command: "CANARY" } }, {}),
		actFor({ ...canary, state: "absent", uninstall: command }, {}),
	];
	const removed = installer.uninstall?.({ ...canary, state: "absent", uninstall: { arguments: ["CANARY"] } });
	return [...acts, ...(removed ? [removed] : [])].map(({ program }) => program);
}
