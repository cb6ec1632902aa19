import assert from "node:assert/strict";
import { createSecretKey } from "node:crypto";
import { test } from "node:test";
import { Admission } from "../../src/daemon/admission.ts";
import type { Machine } from "../../src/model/machine.ts";
import type { Site } from "../../src/model/traffic.ts";
import { fleetOf } from "../plan/fleet-of.ts";

const SECRET = createSecretKey(Buffer.alloc(32, 7));
const NO_SITES: readonly Site[] = [];
const GRAZ: readonly Site[] = [{ name: "graz", subnets: ["10.2.0.0/16"], labelsIncludeAny: [] }];
const { machines: BOTH } = fleetOf({ machines: { a: { address: "10.1.0.1" }, b: { address: "10.2.0.2" } } });

function changed(name: string, change: Partial<Machine>): ReadonlyMap<string, Machine> {
	const machine = BOTH.get(name);
	assert.ok(machine);
	return new Map([...BOTH, [name, { ...machine, ...change }]]);
}

/** Somebody who has been told of both. */
function told(): Admission {
	const admission = new Admission(SECRET);
	admission.follow(BOTH, NO_SITES);
	return admission;
}

test("approved machines are admitted, each by a token of its own that stays the same", () => {
	const admitted = new Admission(SECRET).follow(BOTH, NO_SITES) ?? [];
	assert.deepEqual(
		admitted.map(({ machine, address, site }) => [machine, address, site]),
		[
			["a", "10.1.0.1", null],
			["b", "10.2.0.2", null],
		],
	);
	const [first, second] = admitted;
	assert.match(first?.token ?? "", /^[0-9a-f]{32}$/);
	assert.notEqual(first?.token, second?.token);
	assert.deepEqual(new Admission(SECRET).follow(BOTH, NO_SITES), admitted);
	assert.notEqual(new Admission(createSecretKey(Buffer.alloc(32))).follow(BOTH, NO_SITES)?.[0]?.token, first?.token);
});

test("that there is nobody is told, too, and once", () => {
	const admission = new Admission(SECRET);
	assert.deepEqual(admission.follow(new Map(), NO_SITES), []);
	assert.equal(admission.follow(new Map(), NO_SITES), null);
});

test("a machine of which something else has changed is no news", () => {
	assert.equal(told().follow(BOTH, NO_SITES), null);
	const lost = changed("b", { presence: { kind: "silent", at: 1 }, labels: { floor: "2" } });
	assert.equal(told().follow(lost, NO_SITES), null);
});

test("whoever has moved, is not approved any more, has come or gone is", () => {
	assert.deepEqual(
		told()
			.follow(changed("b", { address: "10.2.0.9" }), NO_SITES)
			?.map(({ address }) => address),
		["10.1.0.1", "10.2.0.9"],
	);
	for (const [what, machines] of [
		["not approved", changed("b", { trust: { kind: "discovered" } })],
		["gone", new Map([...BOTH].slice(0, 1))],
	] as const)
		assert.deepEqual(
			told()
				.follow(machines, NO_SITES)
				?.map(({ machine }) => machine),
			["a"],
			what,
		);
	const admission = new Admission(SECRET);
	admission.follow(new Map([...BOTH].slice(0, 1)), NO_SITES);
	assert.equal(admission.follow(BOTH, NO_SITES)?.length, 2);
});

test("other sites are told of without any machine having changed", () => {
	const admission = told();
	assert.deepEqual(
		admission.follow(BOTH, GRAZ)?.map(({ site }) => site),
		[null, "graz"],
	);
	assert.equal(admission.follow(BOTH, GRAZ), null);
});

test("a machine that is counted to another site, by what is known of it, is news", () => {
	const sites: readonly Site[] = [{ name: "linz", subnets: [], labelsIncludeAny: ["floor=2"] }];
	const admission = new Admission(SECRET);
	admission.follow(BOTH, sites);
	assert.deepEqual(
		admission.follow(changed("b", { labels: { floor: "2" } }), sites)?.map(({ site }) => site),
		[null, "linz"],
	);
});

test("a machine that is known by a name, or by another address, is admitted from where it was reached, until it moves", () => {
	const named = changed("b", { address: "b.example" });
	const admission = new Admission(SECRET);
	const news = (machines: ReadonlyMap<string, Machine>) =>
		admission.follow(machines, NO_SITES)?.map(({ address, reachedAt }) => [address, reachedAt]);
	assert.deepEqual(news(named), [
		["10.1.0.1", undefined],
		["b.example", undefined],
	]);
	admission.reached("a", "10.1.0.1");
	admission.reached("nobody", "10.1.0.9");
	assert.equal(news(named), undefined);
	admission.reached("b", "10.2.0.2");
	assert.deepEqual(news(named), [
		["10.1.0.1", undefined],
		["b.example", "10.2.0.2"],
	]);
	admission.reached("b", "10.2.0.2");
	assert.equal(news(named), undefined);
	admission.reached("b", "10.2.0.3");
	assert.deepEqual(news(named)?.[1], ["b.example", "10.2.0.3"]);
	assert.deepEqual(news(changed("b", { address: "b.example", labels: { floor: "2" } })), undefined);
	assert.deepEqual(news(changed("b", { address: "10.2.0.7" }))?.[1], ["10.2.0.7", undefined]);
});
