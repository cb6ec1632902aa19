import assert from "node:assert/strict";
import { test } from "node:test";
import type { Event } from "../../src/model/event.ts";
import type { Fleet } from "../../src/model/fleet.ts";
import type { HostKey, Machine } from "../../src/model/machine.ts";
import { applyEvent } from "../../src/plan/apply-event.ts";
import { decide } from "../../src/plan/decide.ts";
import { describeHeld } from "../../src/plan/describe-held.ts";
import { EMPTY_FLEET } from "../../src/plan/empty-fleet.ts";
import { fleetFromJson, fleetToJson } from "../../src/plan/fleet-json.ts";
import { FACTS, policyOf } from "./fleet-of.ts";

const AT = Date.parse("2026-11-23T00:00:00Z");
const LIMITS = { deliveries: 64, sessions: 64 };

const keyOf = (name: string): HostKey => ({ type: "ssh-ed25519", fingerprint: `SHA256:${name}` });
const seen = (machine: string): Event => ({
	kind: "MachineSeen",
	machine,
	address: "10.0.0.1",
	port: 22,
	source: "inventory",
	groups: [],
	labels: {},
	at: AT,
});
const approved = (machine: string, key = keyOf(machine)): Event => ({
	kind: "MachineApproved",
	machine,
	hostKeys: [key],
	by: "eva",
	at: AT,
});
const read = (machine: string, machineId: string): Event => ({
	kind: "StepFinished",
	step: { kind: "read_facts", machine, policy: "office", attempt: 1 },
	outcome: { kind: "facts_read", machine: { ...FACTS, machineId } },
	at: AT,
});

function after(fleet: Fleet, ...events: readonly Event[]): Fleet {
	return events.reduce((next, event) => {
		if (event.kind !== "StepFinished") return applyEvent(next, event);
		return applyEvent(applyEvent(next, { kind: "StepStarted", step: event.step, at: event.at }), event);
	}, fleet);
}

const machine = (fleet: Fleet, name: string): Machine => fleet.machines.get(name) ?? assert.fail(`no ${name}`);
const clonesOf = (fleet: Fleet, name: string) => {
	const { trust } = machine(fleet, name);
	return "clones" in trust ? trust.clones : null;
};
const three = after(EMPTY_FLEET, ...["a", "b", "c"].flatMap((name) => [seen(name), approved(name)]));

test("machines with different keys and ids are themselves", () => {
	const fleet = after(three, read("a", "1".repeat(32)), read("b", "2".repeat(32)), read("c", "3".repeat(32)));
	assert.deepEqual(
		["a", "b", "c"].map((name) => machine(fleet, name).trust.kind),
		["approved", "approved", "approved"],
	);
});

test("two machines with one host key are both quarantined, each naming the other", () => {
	const fleet = after(three, seen("d"), approved("d", keyOf("a")));
	assert.deepEqual(clonesOf(fleet, "a"), { by: "host_key", names: ["d"] });
	assert.deepEqual(clonesOf(fleet, "d"), { by: "host_key", names: ["a"] });
	assert.equal(clonesOf(fleet, "b"), null);
});

test("so are all that say they have one machine id, and nothing that they said is believed any more", () => {
	const id = "1".repeat(32);
	const two = after(three, read("a", id), read("b", id));
	assert.deepEqual(clonesOf(two, "a"), { by: "machine_id", names: ["b"] });
	assert.equal(machine(two, "a").facts, undefined);
	const reapproved = after(two, approved("a"), read("a", id));
	assert.equal(machine(reapproved, "a").trust.kind, "approved", "only one of them says so now");
	assert.deepEqual(clonesOf(after(reapproved, approved("b"), read("b", id)), "a"), {
		by: "machine_id",
		names: ["b"],
	});
});

test("one of them with a key of its own may take part again, and then the other", () => {
	const cloned = after(three, seen("d"), approved("d", keyOf("a")));
	assert.deepEqual(clonesOf(after(cloned, approved("a", keyOf("a"))), "a"), { by: "host_key", names: ["d"] });
	const mended = after(cloned, approved("d", keyOf("d")), approved("a", keyOf("a")));
	assert.deepEqual([clonesOf(mended, "a"), clonesOf(mended, "d")], [null, null]);
	const forgotten = after(cloned, { kind: "MachineForgotten", machine: "d", by: "eva", at: AT }, approved("a"));
	assert.equal(machine(forgotten, "a").trust.kind, "approved");
});

test("nothing is done on them, with the reason that names the other", () => {
	const policy = policyOf({});
	const fleet = after(three, seen("d"), approved("d", keyOf("a")), {
		kind: "PolicyApplied",
		policy,
		source: "office.yaml",
		at: AT,
	});
	const begun = decide(fleet, [policy], AT, LIMITS).steps.find(({ kind }) => kind === "begin");
	assert.ok(begun);
	const running = after(fleet, { kind: "StepFinished", step: begun, outcome: { kind: "recorded" }, at: AT });
	const { held, steps } = decide(running, [policy], AT, LIMITS);
	const reason = held.find((each) => each.machine === "a");
	assert.ok(reason);
	assert.equal(describeHeld(reason), "has the same host key as d; which is which cannot be told (FS-MACHINE-CLONED)");
	assert.ok(!steps.some((step) => "machine" in step && (step.machine === "a" || step.machine === "d")));
});

test("a fleet that was kept knows them again", () => {
	const kept = fleetFromJson(fleetToJson(after(three, read("a", "1".repeat(32)))));
	assert.deepEqual(clonesOf(after(kept, read("b", "1".repeat(32))), "a"), { by: "machine_id", names: ["b"] });
});
