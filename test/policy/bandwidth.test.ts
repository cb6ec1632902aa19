import assert from "node:assert/strict";
import { test } from "node:test";
import { policyOf, policyText } from "./read.ts";

function ratesOf(up: unknown, down?: unknown) {
	const { bandwidth } = policyOf(policyText({ bandwidth: { up, down } }));
	return [bandwidth?.up ?? null, bandwidth?.down ?? null];
}

test("bits come in powers of ten and bytes in powers of two, each in a second", () => {
	assert.deepEqual(ratesOf("500kbit", "20mbit"), [62_500, 2_500_000]);
	assert.deepEqual(ratesOf("1gbit", "2MiB"), [125_000_000, 2_097_152]);
	assert.deepEqual(ratesOf("512KiB", "1GiB"), [524_288, 1_073_741_824]);
	assert.deepEqual(ratesOf(null, "1kbit"), [null, 125]);
});

test("a policy whose limits limit nothing has the revision of one without any", () => {
	const night = { name: "night", start_time: "22:00", duration: "6h", time_zone: "UTC" };
	const plain = policyOf(policyText());
	assert.equal(policyOf(policyText({ bandwidth: { up: null, windows: [night] } })).revision, plain.revision);
	assert.notEqual(
		policyOf(policyText({ bandwidth: { windows: [{ ...night, up: "1mbit" }] } })).revision,
		plain.revision,
	);
});
