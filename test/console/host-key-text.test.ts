import assert from "node:assert/strict";
import { test } from "node:test";
import { comparison, isAnotherKey } from "../../src/console/host-key-text.ts";

test("what to compare a key with is the file of its kind", () => {
	const fileOf = (type: string) => comparison({ type, fingerprint: "SHA256:x" }).replace(/.*\/ssh_host_/, "");
	assert.deepEqual(["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp521", "ssh-rsa"].map(fileOf), [
		"ed25519_key.pub",
		"ecdsa_key.pub",
		"ecdsa_key.pub",
		"rsa_key.pub",
	]);
});

test("a key is another one only where one was pinned, and none of those is it", () => {
	const shown = { type: "ssh-ed25519", fingerprint: "SHA256:x" };
	assert.equal(isAnotherKey(shown, []), false);
	assert.equal(isAnotherKey(shown, ["ssh-rsa SHA256:y", "ssh-ed25519 SHA256:x"]), false);
	assert.equal(isAnotherKey(shown, ["ssh-rsa SHA256:x"]), true);
});
