import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileVersion } from "../../../src/agent/windows/file-version.ts";
import { inspect } from "../../../src/agent/windows/inspect.ts";
import { verdict } from "../../../src/plan/verdict.ts";
import { parseInspected } from "../../../src/push/parse-inspected.ts";
import { windowsFolder } from "./windows-folder.ts";

/** A program of two sections, the second of which has the resources; 2.10.0.34 is in them as the linker puts it. */
function program(resources: Buffer): Buffer {
	const headers = Buffer.alloc(512);
	headers.write("MZ");
	headers.writeUInt32LE(128, 60);
	headers.write("PE\0\0", 128, "latin1");
	headers.writeUInt16LE(2, 128 + 6);
	headers.writeUInt16LE(240, 128 + 20);
	const sections = 128 + 24 + 240;
	headers.write(".text\0\0\0", sections, "latin1");
	headers.write(".rsrc\0\0\0", sections + 40, "latin1");
	headers.writeUInt32LE(resources.length, sections + 40 + 16);
	headers.writeUInt32LE(1_024, sections + 40 + 20);
	return Buffer.concat([headers, Buffer.alloc(512), resources]);
}

function versionInfo(padding: number): Buffer {
	const fixed = Buffer.alloc(52);
	for (const [index, word] of [0xfeef04bd, 0x10000, (2 << 16) | 10, 34].entries()) fixed.writeUInt32LE(word, index * 4);
	const name = Buffer.from("VS_VERSION_INFO\0", "utf16le");
	return Buffer.concat([Buffer.alloc(70), name, Buffer.alloc(padding), fixed]);
}

async function versionOf(t: TestContext, content: Buffer | string): Promise<string | null> {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-version-"));
	t.after(() => rm(folder, { recursive: true, force: true }));
	await writeFile(join(folder, "file.exe"), content);
	return fileVersion(join(folder, "file.exe"));
}

test("the version of a program is the one in its resources, and of what carries none there is none", async (t) => {
	for (const padding of [0, 2]) assert.equal(await versionOf(t, program(versionInfo(padding))), "2.10.0.34");
	const whole = program(versionInfo(2));
	for (const none of [
		"",
		"MZ",
		"#!/bin/sh\n",
		whole.subarray(0, 300),
		whole.subarray(0, 1_130),
		program(Buffer.alloc(8)),
	])
		assert.equal(await versionOf(t, none), null);
	const lying = Buffer.from(whole);
	lying.writeUInt32LE(0xffffffff, 60);
	assert.equal(await versionOf(t, lying), null);
});

test("a rule finds a file by its version, beside its digest or alone", async (t) => {
	const folder = await windowsFolder(t);
	await writeFile(join(folder, "System32", "reg.exe"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
	const path = join(folder, "till.exe");
	await writeFile(path, program(versionInfo(2)));
	await writeFile(join(folder, "notes.txt"), "none");
	const rule = (version: string, at = path) => ({ type: "file", path: at, version }) as const;
	const rules = [
		rule("2.10.0.34"),
		rule("2.10.0.33"),
		rule("1.0.0.0", join(folder, "notes.txt")),
		rule("1.0.0.0", "C:\\no"),
	];
	const both = { ...rule("2.10.0.34"), sha256: "0".repeat(64) };
	const answer = await inspect({ key: "key", sha256: "0".repeat(64), rules: [...rules, both] });
	const observations = parseInspected(answer, 5)?.facts.observations ?? [];
	const found = [...rules, both].map((each, index) => {
		const seen = observations[index];
		return seen && verdict({ detection: [each] }, [seen]);
	});
	assert.deepEqual(found, ["verified", "differs", "differs", "differs", "differs"]);
});
