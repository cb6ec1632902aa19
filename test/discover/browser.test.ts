import assert from "node:assert/strict";
import { test } from "node:test";
import { Browser } from "../../src/discover/browser.ts";
import { ownType, startListening } from "./listening.ts";
import { recordsOf, sendRaw, startResponder } from "./responder.ts";

test("sees a machine that answers, with its address, SSH port and labels, and no groups", async () => {
	const type = ownType();
	const txt = ["label.os=debian", "groups=admins", "label.site=Budapest 2"];
	await using _machine = await startResponder({ name: "Saw-1", type, address: "127.0.0.11", port: 2201, txt });
	await using heard = await startListening(type);
	await heard.until("saw-1 is seen", () => heard.events.length > 0);
	const [{ at, ...seen } = { at: 0 }] = heard.events;
	assert.deepEqual(seen, {
		kind: "MachineSeen",
		machine: "saw-1",
		source: "mdns",
		groups: [],
		address: "127.0.0.11",
		port: 2201,
		labels: { os: "debian", site: "Budapest 2" },
	});
	assert.ok(Math.abs(at - Date.now()) < 10_000);
});

test("sees a machine that announces itself, its goodbye, and its return", async () => {
	const type = ownType();
	await using heard = await startListening(type);
	await using machine = await startResponder({ name: "saw-2", type, address: "127.0.0.12" });
	machine.announce();
	await heard.until("it is seen", () => heard.of("saw-2").length === 1);
	machine.goodbye();
	await heard.until("it is lost", () => heard.of("saw-2").length === 2);
	machine.announce();
	await heard.until("it is back", () => heard.of("saw-2").length === 3);
	assert.deepEqual(heard.of("saw-2"), ["seen 127.0.0.12:22", "lost goodbye", "seen 127.0.0.12:22"]);
});

test("loses a machine whose TTL runs out, and sees it as soon as it speaks again", async () => {
	const type = ownType();
	await using machine = await startResponder({ name: "saw-3", type, address: "127.0.0.13", ttlS: 1 });
	machine.fall();
	await using heard = await startListening(type);
	machine.announce();
	await heard.until("it has come and gone", () => heard.of("saw-3").length === 2);
	machine.announce();
	await heard.until("it is back", () => heard.of("saw-3").length === 3);
	assert.deepEqual(heard.of("saw-3"), ["seen 127.0.0.13:22", "lost expired", "seen 127.0.0.13:22"]);
});

test("says nothing twice when a machine repeats itself, and says a change of address", async () => {
	const type = ownType();
	await using heard = await startListening(type);
	await using machine = await startResponder({ name: "saw-4", type, address: "127.0.0.14" });
	for (let i = 0; i < 20; i += 1) machine.announce();
	await heard.until("it is seen", () => heard.of("saw-4").length > 0);
	// What came within a second counts as one set of addresses, so the first of these replaces nothing yet.
	const announcing = setInterval(() => machine.announce({ address: "127.0.0.15" }), 200);
	await heard
		.until("the new address replaced the old", () => heard.of("saw-4").length > 1)
		.finally(() => clearInterval(announcing));
	assert.deepEqual(heard.of("saw-4"), ["seen 127.0.0.14:22", "seen 127.0.0.15:22"]);
});

test("asks for what an answer left out", async () => {
	const type = ownType();
	await using _machine = await startResponder({ name: "saw-5", type, address: "127.0.0.16", isTerse: true });
	await using heard = await startListening(type);
	await heard.until("it is seen", () => heard.of("saw-5").length > 0);
});

test("ignores hostile names and labels, and goes on", async () => {
	const type = ownType();
	await using heard = await startListening(type);
	const txt = [
		"label.__proto__=x",
		"label.UP=x",
		"label.esc=\u001b[2J",
		`label.long=${"x".repeat(65)}`,
		"label.=x",
		"label.ok=1",
	];
	await using machine = await startResponder({ name: "saw-6", type, address: "127.0.0.17", txt });
	for (const target of ["$(reboot).local", "a b.local", "../x.local", `${"x".repeat(64)}.local`, "-rf.local"])
		machine.say(recordsOf({ name: `evil${target.length}`, type, address: "127.0.0.66", target }));
	machine.announce();
	await heard.until("the honest one is seen", () => heard.events.length > 0);
	assert.deepEqual(
		heard.events.map((event) => event.kind === "MachineSeen" && [event.machine, event.labels]),
		[["saw-6", { ok: "1" }]],
	);
	assert.equal(heard.problems.filter((detail) => detail.includes("not a machine name")).length, 1);
});

test("drops what is too large or torn before it is decoded, and goes on", async () => {
	const type = ownType();
	await using heard = await startListening(type);
	const large = Buffer.alloc(5000);
	large.writeUInt16BE(0x8400, 2);
	const torn = Buffer.alloc(12);
	torn.writeUInt16BE(0x8400, 2);
	torn.writeUInt16BE(0xffff, 6);
	await sendRaw("127.0.0.98", [large, torn]);
	await heard.until("both are told", () => heard.problems.length >= 2);
	assert.ok(heard.problems.some((detail) => detail.includes("larger than 4 KiB")));
	assert.ok(heard.problems.some((detail) => detail.includes("does not fit its length")));
	await using machine = await startResponder({ name: "saw-7", type, address: "127.0.0.18" });
	machine.announce();
	await heard.until("an honest machine is seen", () => heard.events.length > 0);
});

test("an interface that is not there is a problem, not a crash, and start and stop may be called twice", async () => {
	const problems: string[] = [];
	const onProblem = (detail: string) => problems.push(detail);
	const browser = new Browser({ interfaces: ["192.0.2.77"], onEvent: () => undefined, onProblem, now: Date.now });
	await Promise.all([browser.start(), browser.start()]);
	await browser.stop();
	await browser.stop();
	assert.deepEqual(problems, ["no interface has the address 192.0.2.77; it is tried again"]);
});

test("may be stopped while it starts, and started again", async () => {
	const type = ownType();
	await using _machine = await startResponder({ name: "saw-8", type, address: "127.0.0.19" });
	await using heard = await startListening(type);
	const stopping = heard.browser.stop();
	const starting = heard.browser.start();
	await heard.browser.stop();
	await Promise.all([stopping, starting]);
	await heard.browser.start();
	await heard.until("it is seen", () => heard.events.length > 0);
});
