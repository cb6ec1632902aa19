import assert from "node:assert/strict";
import { test } from "node:test";
import { siteOf } from "../../src/plan/site-of.ts";
import { fleetOf, type Given } from "./fleet-of.ts";

const SITES = [
	{ name: "graz", subnets: ["10.2.0.0/16", "fd00:2::/32"], labelsIncludeAny: ["site=graz"] },
	{ name: "linz", subnets: [], labelsIncludeAny: ["site=linz", "remote"] },
	{ name: "rest", subnets: ["10.0.0.0/8"], labelsIncludeAny: ["os=windows"] },
];

function siteOfOne(machine: NonNullable<Given["machines"]>[string]): string | null {
	const found = fleetOf({ machines: { a: machine } }).machines.get("a");
	assert.ok(found);
	return siteOf(SITES, found);
}

test("a machine is in a site by its address, IPv4 or IPv6", () => {
	assert.equal(siteOfOne({ address: "10.2.7.1" }), "graz");
	assert.equal(siteOfOne({ address: "fd00:2::7" }), "graz");
	assert.equal(siteOfOne({ address: "192.168.0.1" }), null);
	assert.equal(siteOfOne({ address: "desk-10.example.org" }), null);
});

test("a machine is in a site by any of its labels, with or without a value", () => {
	assert.equal(siteOfOne({ address: "desk.example.org", labels: { site: "graz" } }), "graz");
	assert.equal(siteOfOne({ address: "desk.example.org", labels: { remote: "" } }), "linz");
	assert.equal(siteOfOne({ address: "desk.example.org", labels: { site: "wien" } }), null);
});

test("the first site that matches is the machine's own", () => {
	assert.equal(siteOfOne({ address: "10.2.7.1", labels: { site: "linz" } }), "graz");
	assert.equal(siteOfOne({ address: "10.3.0.1", labels: { site: "linz" } }), "linz");
	assert.equal(siteOfOne({ address: "10.3.0.1" }), "rest");
});

test("what a machine is counts as a label once somebody has looked", () => {
	assert.equal(siteOfOne({ address: "192.168.0.1" }), null);
	assert.equal(siteOfOne({ address: "192.168.0.1", facts: { os: "windows" } }), "rest");
});
