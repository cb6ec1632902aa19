import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { commandPage } from "../../src/packaging/deb/man/command-page.ts";
import { policyPage, settingsPage } from "../../src/packaging/deb/man/format-page.ts";
import { roff } from "../../src/packaging/deb/man/roff.ts";
import { settingsDocument } from "../../src/policy/parse-settings.ts";
import { policyJsonSchema } from "../../src/policy/policy-schema.ts";
import { type JsonSchema, keysOf } from "../../src/policy/schema-keys.ts";

const RELEASE = { version: "1.2.3", description: "", epoch: 1_790_000_000 };
const pages = { commands: commandPage(RELEASE), settings: settingsPage(RELEASE), policy: policyPage(RELEASE) };

/** The terms that the page explains, as they are read. */
function terms(page: string): readonly string[] {
	const lines = page.split("\n");
	const found = lines.filter((_, index) => lines[index - 1] === ".TP");
	return found.map((line) =>
		line
			.replace(/\\f[BRI]/g, "")
			.replaceAll("\\-", "-")
			.replaceAll("\\(aq", "'"),
	);
}

test("the page of commands has every command with its arguments, its options and the exit codes", () => {
	const found = terms(pages.commands);
	for (const term of [
		"status",
		"machines approve <machine>",
		"check [file...]",
		"retry [machine]",
		"--watch",
		"0",
		"3",
		"FLEETSEED_CONFIG",
		"NO_COLOR",
	])
		assert.ok(found.includes(term), term);
	assert.equal(
		found.some((term) => term.startsWith("complete-words")),
		false,
	);
});

test("the pages of the formats have every key of the schemas", () => {
	const settings = keysOf(z.toJSONSchema(settingsDocument, { io: "input" }) as JsonSchema);
	const policy = keysOf(policyJsonSchema() as JsonSchema);
	assert.deepEqual(new Set(settings.map(({ path }) => path)), new Set(terms(pages.settings)));
	assert.deepEqual(new Set(policy.map(({ path }) => path)), new Set(terms(pages.policy)));
	assert.ok(settings.length > 20 && policy.length > 80);
});

test("no text is taken for a request", () => {
	const requests = new Set([".TH", ".SH", ".TP", ".RS", ".RE"]);
	for (const page of Object.values(pages))
		for (const line of page.split("\n"))
			if (/^[.']/.test(line)) assert.ok(requests.has(line.split(" ")[0] ?? ""), line);
	assert.equal(roff(".x\n'y a-b \\n"), "\\&.x\n\\(aqy a\\-b \\en");
});

test("the same release gives the same page, dated by it", () => {
	assert.equal(commandPage(RELEASE), pages.commands);
	assert.match(pages.settings, /^\.TH "FLEETSEED.YAML" "5" "2026-09-21" "fleetseed 1.2.3"/);
});
