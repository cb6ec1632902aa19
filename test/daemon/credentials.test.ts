import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { passwordIn, readCredential, readSecretFile } from "../../src/daemon/credentials.ts";
import type { CredentialSource } from "../../src/policy/credentials-schema.ts";

async function folderOf(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-credentials-"));
	t.after(() => rm(folder, { recursive: true, force: true }));
	for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, { mode: 0o600 });
	return folder;
}

const named = (source: CredentialSource) => ({ credentials: { it: source } });

test("a credential comes from a file, from systemd, or from the environment", async (t) => {
	const folder = await folderOf(t, { secret: "in a file\n" });
	await chmod(join(folder, "secret"), 0o400);
	const file = named({ kind: "file", path: join(folder, "secret") });
	assert.deepEqual(await readCredential(file, "it"), { secret: "in a file\n" });
	const unit = named({ kind: "systemd", id: "secret" });
	assert.deepEqual(await readCredential(unit, "it", { CREDENTIALS_DIRECTORY: folder }), { secret: "in a file\n" });
	const variable = named({ kind: "environment", variable: "IT" });
	assert.deepEqual(await readCredential(variable, "it", { IT: "in the environment" }), {
		secret: "in the environment",
	});
});

test("one that is not there says where it was looked for, each with its own code", async (t) => {
	const folder = await folderOf(t, {});
	const codeOf = async (source: CredentialSource, name = "it", environment = {}) => {
		const read = await readCredential(named(source), name, environment);
		return "code" in read ? `${read.code} ${read.detail}` : "read";
	};
	const file = { kind: "file", path: join(folder, "secret") } as const;
	assert.match(await codeOf(file, "other"), /^FS-CREDENTIAL-UNKNOWN no credential "other" is configured/);
	assert.match(await codeOf(file, "constructor"), /^FS-CREDENTIAL-UNKNOWN/);
	assert.match(await codeOf(file), /^FS-CREDENTIAL-READ ENOENT.*secret/);
	assert.match(
		await codeOf({ kind: "systemd", id: "a" }),
		/^FS-CREDENTIAL-READ .*systemd gave the daemon no credentials/,
	);
	assert.match(
		await codeOf({ kind: "systemd", id: "a" }, "it", { CREDENTIALS_DIRECTORY: folder }),
		/^FS-CREDENTIAL-READ credential "it": ENOENT/,
	);
	assert.match(
		await codeOf({ kind: "environment", variable: "IT" }),
		/^FS-CREDENTIAL-READ .*the environment has no IT/,
	);
});

test("a file that others may read is refused, whatever it holds", async (t) => {
	const folder = await folderOf(t, { secret: "hush" });
	for (const [mode, text] of [
		[0o644, "644"],
		[0o640, "640"],
		[0o620, "620"],
		[0o601, "601"],
	] as const) {
		await chmod(join(folder, "secret"), mode);
		const read = await readSecretFile(join(folder, "secret"));
		assert.ok("code" in read && read.code === "FS-CREDENTIAL-MODE", text);
		assert.match(read.detail, new RegExp(`has the mode ${text}: others than its owner may use it`));
		assert.doesNotMatch(read.detail, /hush/);
	}
});

test("what belongs to root may be read by the daemon's group, and what belongs to somebody else is refused", async (t) => {
	const folder = await folderOf(t, { secret: "hush" });
	const file = join(folder, "secret");
	const owner = process.getuid?.() ?? 0;
	await chmod(file, 0o640);
	const ofAnother = await readSecretFile(file, owner + 1);
	if (owner === 0) assert.deepEqual(ofAnother, { secret: "hush" });
	else
		assert.match(
			"code" in ofAnother ? ofAnother.detail : "",
			/belongs to user \d+, neither root nor the daemon's own$/,
		);
	await chmod(file, 0o660);
	assert.ok("code" in (await readSecretFile(file, owner + 1)));
});

test("the line break that an editor leaves is no part of a password, and a blank is", () => {
	assert.deepEqual(["a\n", "a\r\n", "a", " a \n", "a\n\n"].map(passwordIn), ["a", "a", "a", " a ", "a\n"]);
});
