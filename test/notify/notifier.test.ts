import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import { SMTPServer } from "smtp-server";
import type { Event } from "../../src/model/event.ts";
import { NOTICE_KINDS } from "../../src/model/notice.ts";
import { retryAfterMs } from "../../src/notify/courier.ts";
import { Notifier } from "../../src/notify/notifier.ts";
import { Outbox } from "../../src/notify/outbox.ts";
import { applyEvent } from "../../src/plan/apply-event.ts";
import { EMPTY_FLEET } from "../../src/plan/empty-fleet.ts";
import type { Sink, Webhook } from "../../src/policy/notices-schema.ts";
import { mailTo } from "./mail-to.ts";
import { Receiver } from "./receiver.ts";
import { until } from "./until.ts";

const SECRET = "a secret of the test";
let folder = "";
before(async () => {
	folder = await mkdtemp(join(tmpdir(), "fleetseed-notify-"));
});
after(() => rm(folder, { recursive: true }));

interface Outcome {
	readonly sink: string;
	readonly outcome: string;
	readonly notices: number;
}

function notifierAt(file: string) {
	const outcomes: Outcome[] = [];
	const dropped: { readonly sink: string; readonly notices: number }[] = [];
	const problems: Error[] = [];
	const notifier = new Notifier({
		file: join(folder, file),
		controller: "fleet",
		secret: async () => SECRET,
		onOutcome: ({ sink, outcome, notices }) => outcomes.push({ sink, outcome, notices }),
		onDropped: (each) => dropped.push(each),
		onProblem: (error) => problems.push(error),
		now: Date.now,
	});
	return { notifier, outcomes, dropped, problems };
}

const hook = (url: string, more: Partial<Webhook> = {}): Sink => {
	return { kind: "webhook", name: "hook", url, secret: "s", events: NOTICE_KINDS, ...more };
};

/** A pause by so many people, as events from the number on. */
function paused(from: number, many = 1, reason = "lunch") {
	return Array.from({ length: many }, (_, index) => {
		const event: Event = { kind: "Paused", policy: null, by: `eve-${from + index}`, reason, at: Date.now() };
		return { seq: from + index, event, before: EMPTY_FLEET, after: EMPTY_FLEET };
	});
}

/** So many machines that nobody has heard of, as events from the number on. */
function found(from: number, many: number) {
	const machines = { source: "mdns", address: "10.0.0.1", port: 22, groups: [], labels: {}, at: Date.now() } as const;
	return Array.from({ length: many }, (_, index) => {
		const event: Event = { kind: "MachineSeen", machine: `made-up-${from + index}`, ...machines };
		return { seq: from + index, event, before: EMPTY_FLEET, after: applyEvent(EMPTY_FLEET, event) };
	});
}

/** As docs/notices.md says how to. */
async function verifierOfThePage(): Promise<(header: string, body: string, secret: string) => boolean> {
	const page = readFileSync(new URL("../../docs/notices.md", import.meta.url), "utf8");
	const code = /<!-- verify -->\n```js\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
	return (await import(`data:text/javascript,${encodeURIComponent(code)}`)).isGenuine;
}

test("a webhook that fails first is tried again with the same message, signed, until it takes it", async () => {
	const receiver = new Receiver((request) => (request === 1 ? 503 : 204));
	await receiver.start();
	const { notifier, outcomes } = notifierAt("retry.sqlite");
	notifier.start([hook(receiver.url)], 4);
	notifier.changed(paused(5));
	await until(() => outcomes.some(({ outcome }) => outcome === "sent"));
	await notifier.stop();
	receiver.stop();
	const [first, second] = receiver.received;
	assert.ok(first && second && receiver.received.length === 2);
	assert.equal(first.message.id, second.message.id);
	assert.equal(second.headers["fleetseed-message"], second.message.id);
	const [notice] = second.message.notices;
	assert.equal(notice?.summary, "everything is paused by eve-5: lunch");
	const isSigned = await verifierOfThePage();
	for (const { headers, body } of receiver.received) {
		const header = String(headers["fleetseed-signature"]);
		assert.ok(isSigned(header, body, SECRET));
		assert.ok(!isSigned(header, `${body} `, SECRET));
		assert.ok(!isSigned(header, body, "another"));
	}
	assert.deepEqual(
		outcomes.map(({ outcome }) => outcome),
		["retried", "sent"],
	);
});

test("what was not taken before a restart is sent after it, once, and what happened before the first start never", async () => {
	const receiver = new Receiver(() => 503);
	await receiver.start();
	const first = notifierAt("restart.sqlite");
	first.notifier.start([hook(receiver.url)], 4);
	first.notifier.changed([...paused(4), ...paused(5)]);
	await until(() => first.outcomes.length > 0);
	await first.notifier.stop();
	receiver.received.length = 0;
	receiver.status = () => 204;
	const second = notifierAt("restart.sqlite");
	second.notifier.start([hook(receiver.url)], 6);
	// The journal is read again; the daemon was killed before it could tell of the sixth event.
	second.notifier.changed([...paused(4), ...paused(5), ...paused(6)]);
	await until(() => receiver.notices.length >= 2);
	await second.notifier.stop();
	receiver.stop();
	assert.deepEqual(
		receiver.notices.map(({ id }) => id),
		["event-5", "event-6"],
	);
});

test("after a journal that was restored, which is behind what was told already, people are told again", async () => {
	const receiver = new Receiver();
	await receiver.start();
	const first = notifierAt("restored.sqlite");
	first.notifier.start([hook(receiver.url)], 90);
	await first.notifier.stop();
	const second = notifierAt("restored.sqlite");
	second.notifier.start([hook(receiver.url)], 6);
	second.notifier.changed([...paused(6), ...paused(7)]);
	await until(() => receiver.notices.length >= 1);
	await second.notifier.stop();
	receiver.stop();
	assert.deepEqual(
		receiver.notices.map(({ id }) => id),
		["event-7"],
	);
});

test("a file that is none is told, and harms nobody but who would have been notified", async () => {
	await writeFile(join(folder, "torn.sqlite"), "no database, though long enough to be looked at as one".repeat(100));
	const receiver = new Receiver();
	await receiver.start();
	const { notifier, problems } = notifierAt("torn.sqlite");
	notifier.start([hook(receiver.url)], 4);
	assert.match(problems.join(), /not a database/);
	notifier.changed(paused(5));
	notifier.decided(EMPTY_FLEET, []);
	assert.deepEqual(
		await notifier.test(null, "eve"),
		[{ sink: "hook", failure: null }],
		"a sink can be tried all the same",
	);
	await notifier.stop();
	receiver.stop();
});

test("what cannot be kept is told and lost; what waits is sent once it can be read again", async () => {
	const receiver = new Receiver(() => 503);
	await receiver.start();
	const { notifier, outcomes, problems } = notifierAt("away.sqlite");
	notifier.start([hook(receiver.url)], 4);
	notifier.changed(paused(5));
	await until(() => outcomes.length > 0);
	const other = new DatabaseSync(join(folder, "away.sqlite"));
	other.exec("ALTER TABLE waiting RENAME TO away");
	notifier.changed(paused(6));
	assert.match(problems.join(), /no such table/);
	await until(() => problems.length > 1);
	receiver.status = () => 204;
	other.exec("ALTER TABLE away RENAME TO waiting");
	other.close();
	await until(() => receiver.notices.some(({ id }) => id === "event-5") && outcomes.at(-1)?.outcome === "sent");
	assert.ok(!receiver.notices.some(({ id }) => id === "event-6"));
	await notifier.stop();
	receiver.stop();
});

test("what happens at once is told in one message, and only of the kinds that are asked for", async () => {
	const receiver = new Receiver();
	await receiver.start();
	const { notifier } = notifierAt("kinds.sqlite");
	notifier.start([hook(receiver.url), hook(`${receiver.url}/deaf`, { name: "deaf", events: ["run_missed"] })], 0);
	notifier.changed(paused(1, 20));
	await until(() => receiver.received.length > 0);
	await notifier.stop();
	receiver.stop();
	assert.equal(receiver.received.length, 1);
	assert.equal(receiver.notices.length, 20);
});

test("more than a thousand that wait are lost, and that is told at once and in the next message", async () => {
	const receiver = new Receiver();
	const { notifier, dropped } = notifierAt("flood.sqlite");
	await receiver.start();
	notifier.start([hook(receiver.url)], 0);
	notifier.changed(paused(1, 1203));
	assert.deepEqual(dropped, [{ sink: "hook", notices: 203 }]);
	assert.equal(notifier.waiting().get("hook"), 1000);
	await until(() => receiver.notices.length === 1000);
	await notifier.stop();
	receiver.stop();
	assert.deepEqual(
		receiver.received.map(({ message }) => message.dropped),
		[203, ...Array.from({ length: 19 }, () => 0)],
	);
});

test("a stranger on the LAN who makes up machines without end crowds out nothing that matters", async () => {
	const { notifier, dropped } = notifierAt("strangers.sqlite");
	notifier.start([hook("http://127.0.0.1:9/")], 0);
	notifier.changed(found(1, 3000));
	notifier.changed(paused(3001, 400));
	await notifier.stop();
	assert.deepEqual(dropped, [{ sink: "hook", notices: 2500 }]);
	const outbox = new Outbox(join(folder, "strangers.sqlite"));
	const kinds = Map.groupBy(outbox.waiting("hook", 5000), ({ notice }) => notice.kind);
	outbox.close();
	assert.deepEqual([kinds.get("machine_discovered")?.length, kinds.get("paused")?.length], [500, 400]);
});

test("whoever asks for a test, by whatever name, puts one line into it", async () => {
	const receiver = new Receiver();
	await receiver.start();
	const { notifier } = notifierAt("named.sqlite");
	notifier.start([hook(receiver.url)], 0);
	await notifier.test(null, "eve\r\nBcc: all@example.org\r\n\r\n\u202e");
	await notifier.stop();
	receiver.stop();
	assert.equal(
		receiver.notices[0]?.summary,
		"a test that eve\\u{d}\\nBcc: all@example.org\\u{d}\\n\\u{d}\\n\\u{202e} asked for",
	);
});

test("a redirection is not followed, and what is refused for good is given up and told", async () => {
	const receiver = new Receiver(() => 302);
	await receiver.start();
	const { notifier, outcomes } = notifierAt("redirect.sqlite");
	notifier.start([hook(receiver.url)], 0);
	notifier.changed(paused(1));
	await until(() => outcomes.length > 0);
	await notifier.stop();
	receiver.stop();
	assert.deepEqual(outcomes, [{ sink: "hook", outcome: "given_up", notices: 1 }]);
	assert.equal(receiver.received.length, 1);
});

test("a template makes JSON whatever people and machines said", async () => {
	const receiver = new Receiver();
	await receiver.start();
	const template = '{"text": "{{#notices}}{{kind}} {{summary}};{{/notices}}"}';
	const { notifier } = notifierAt("template.sqlite");
	notifier.start([hook(receiver.url, { template })], 0);
	notifier.changed(paused(1, 1, '"} {{id}} {{{id}}} \\ <b>&'));
	await until(() => receiver.received.length > 0);
	await notifier.stop();
	receiver.stop();
	const body = JSON.parse(receiver.received[0]?.body ?? "") as { readonly text: string };
	assert.deepEqual(Object.keys(body), ["text"]);
	assert.equal(body.text, 'paused everything is paused by eve-1: "} {{id}} {{{id}}} \\ <b>&;');
});

test("mail is written to those who are configured, after a login", async () => {
	const mails: { readonly to: readonly string[]; readonly text: string }[] = [];
	const logins: string[] = [];
	const server = new SMTPServer({
		disabledCommands: ["STARTTLS"],
		allowInsecureAuth: true,
		onAuth: ({ username, password }, _session, answer) => {
			logins.push(`${username} ${password}`);
			answer(null, { user: username });
		},
		onData: async (stream, session, answer) => {
			const chunks: Buffer[] = [];
			for await (const chunk of stream) chunks.push(chunk as Buffer);
			mails.push({
				to: session.envelope.rcptTo.map(({ address }) => address),
				text: Buffer.concat(chunks).toString(),
			});
			answer();
		},
	});
	const listening = server.listen(0, "127.0.0.1");
	await once(listening, "listening");
	const mail = mailTo((listening.address() as AddressInfo).port, ["eve@example.org", "adam@example.org"]);
	const { notifier } = notifierAt("mail.sqlite");
	notifier.start([mail], 0);
	notifier.changed(paused(1, 2));
	await until(() => mails.length > 0);
	const insists = await notifier.test("admins", "eve");
	await notifier.configure([{ ...mail, security: "starttls" }], 2);
	const refused = await notifier.test(null, "eve");
	await notifier.stop();
	server.close();
	const [first, second] = mails;
	assert.deepEqual(first?.to, ["eve@example.org", "adam@example.org"]);
	assert.match(first?.text ?? "", /^Subject: fleetseed: everything is paused by eve-1: lunch \(and 1 more\)\r$/m);
	assert.match(first?.text ?? "", /everything is paused by eve-2: lunch/);
	assert.match(second?.text ?? "", /a test that eve asked for/);
	assert.deepEqual(insists, [{ sink: "admins", failure: null }]);
	assert.equal(logins[0], `fleetseed ${SECRET}`);
	assert.match(refused?.[0]?.failure ?? "", /STARTTLS/);
	assert.equal(mails.length, 2);
});

test("what a sink does not take is tried again ever more rarely, and at least every five minutes", () => {
	const waits = Array.from({ length: 3_000 }, (_, failures) => retryAfterMs(failures));
	assert.deepEqual(waits.slice(0, 4), [1_000, 2_000, 4_000, 8_000]);
	assert.ok(waits.slice(9).every((ms) => ms === 300_000));
});
