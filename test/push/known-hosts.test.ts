import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { makeKeyPair } from "../../src/push/key-pair.ts";
import { isRevoked, keysFor, parseKnownHosts } from "../../src/push/known-hosts.ts";

const [one, two] = [makeKey(), makeKey()];

function makeKey() {
	const line = makeKeyPair().public.trim();
	return line.split(" ").slice(0, 2).join(" ");
}

function namesOf(text: string, host: string, port = 22): readonly string[] {
	const nameOf = (line: string) => keysFor(parseKnownHosts(`x ${line}`), "x", 22)[0]?.fingerprint;
	const names = new Map([
		[nameOf(one), "one"],
		[nameOf(two), "two"],
	]);
	return keysFor(parseKnownHosts(text), host, port).map(({ fingerprint }) => names.get(fingerprint) ?? "?");
}

test("gives the keys of a host by name, address, list and pattern", () => {
	assert.deepEqual(namesOf(`mill-03,10.0.4.17 ${one} comment\n# mill-04 ${two}\n`, "10.0.4.17"), ["one"]);
	assert.deepEqual(namesOf(`mill-03 ${one}\nmill-03 ${two}`, "MILL-03"), ["one", "two"]);
	assert.deepEqual(namesOf(`*.lan,!secret.lan ${one}`, "mill-03.lan"), ["one"]);
	assert.deepEqual(namesOf(`*.lan,!secret.lan ${one}`, "secret.lan"), []);
	assert.deepEqual(namesOf(`mill-0? ${one}`, "mill-03"), ["one"]);
	assert.deepEqual(namesOf(`mill-03 ${one}`, "mill-033"), []);
});

test("knows a host at another port only by [host]:port", () => {
	assert.deepEqual(namesOf(`mill-03 ${one}\n[mill-03]:2222 ${two}`, "mill-03", 2222), ["two"]);
	assert.deepEqual(namesOf(`[mill-03]:2222 ${two}`, "mill-03"), []);
	assert.deepEqual(namesOf(`* ${two}`, "mill-03", 2222), ["two"]);
});

test("gives no key that is revoked, and none that only an authority vouches for", () => {
	assert.deepEqual(namesOf(`mill-03 ${one}\nmill-03 ${two}\n@revoked * ${one}\n`, "mill-03"), ["two"]);
	assert.deepEqual(namesOf(`@cert-authority *.lan ${one}`, "mill-03.lan"), []);
});

test("knows a revoked key, and names the lines of authorities, which vouch for nothing here", () => {
	const keys = keysFor(parseKnownHosts(`x ${one}\nx ${two}`), "x", 22);
	const known = parseKnownHosts(`# mine\n@cert-authority *.lan ${two}\nmill-03 ${two}\n@revoked mill-03 ${one}\n`);
	assert.deepEqual(
		keys.map((key) => isRevoked(known, key)),
		[true, false],
	);
	assert.deepEqual(known.authorityLines, [2]);
});

test("reads any text without a throw", () => {
	const blob = fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString("base64"));
	const word = fc.oneof(fc.constantFrom("@revoked", "@cert-authority", "|1|", "*", "\n"), blob, fc.string());
	const read = (text: string) => keysFor(parseKnownHosts(text), "mill-03", 22);
	fc.assert(fc.property(fc.array(word), (words) => void read(words.join(" "))));
	for (let length = 0; length < 12; length++) read(`mill-03 ssh-ed25519 ${Buffer.alloc(length).toString("base64")}`);
});

test("leaves out lines that are not whole", () => {
	const torn = `mill-03\nmill-03 ssh-ed25519\nmill-03 ssh-ed25519 AAAA\nmill-03 ssh-rsa ${one.split(" ")[1]}\n\0\n|1|x ${one}\n`;
	assert.deepEqual(namesOf(`${torn}mill-03 ${two}`, "mill-03"), ["two"]);
});

test("agrees with ssh-keygen on hashed names and on fingerprints", () => {
	const folder = mkdtempSync(join(tmpdir(), "fleetseed-known-hosts-"));
	try {
		const file = join(folder, "known_hosts");
		writeFileSync(file, `mill-03 ${one}\n[mill-04]:2222 ${two}\n`);
		execFileSync("ssh-keygen", ["-q", "-H", "-f", file], { stdio: "ignore" });
		const text = readFileSync(file, "utf8");
		assert.ok(text.startsWith("|1|") && !text.includes("mill"));
		assert.deepEqual(namesOf(text, "mill-03"), ["one"]);
		assert.deepEqual(namesOf(text, "mill-04", 2222), ["two"]);
		assert.deepEqual(namesOf(text, "mill-04"), []);
		for (const [name, host, port, key] of [
			["mill-03", "mill-03", 22, one],
			["[mill-04]:2222", "mill-04", 2222, two],
		] as const) {
			const found = execFileSync("ssh-keygen", ["-F", name, "-f", file], { encoding: "utf8" });
			assert.ok(found.includes(key), found);
			assert.deepEqual(namesOf(found, host, port), [key === one ? "one" : "two"]);
		}
		const said = execFileSync("ssh-keygen", ["-l", "-f", file], { encoding: "utf8" });
		assert.ok(said.includes(keysFor(parseKnownHosts(text), "mill-03", 22)[0]?.fingerprint ?? "none"));
	} finally {
		rmSync(folder, { recursive: true });
	}
});
