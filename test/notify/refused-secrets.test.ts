import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { SMTPServer } from "smtp-server";
import type { Event } from "../../src/model/event.ts";
import { NOTICE_KINDS } from "../../src/model/notice.ts";
import { Notifier } from "../../src/notify/notifier.ts";
import { EMPTY_FLEET } from "../../src/plan/empty-fleet.ts";
import type { Sink } from "../../src/policy/notices-schema.ts";
import { mailTo } from "./mail-to.ts";
import { Receiver } from "./receiver.ts";
import { until } from "./until.ts";

const folder = await mkdtemp(join(tmpdir(), "fleetseed-refused-"));
after(() => rm(folder, { recursive: true }));

test("who does not know our secret or password is asked again, since it can be mended", async () => {
	const receiver = new Receiver(() => 401);
	await receiver.start();
	const server = new SMTPServer({
		disabledCommands: ["STARTTLS"],
		allowInsecureAuth: true,
		onAuth: (_login, _session, answer) => answer(new Error("another password")),
	});
	// Who is turned away hangs up in its own way.
	server.on("error", () => undefined);
	const listening = server.listen(0, "127.0.0.1");
	await once(listening, "listening");
	const mail = mailTo((listening.address() as AddressInfo).port);
	const outcomes: string[] = [];
	const notifier = new Notifier({
		file: join(folder, "unknown.sqlite"),
		controller: "fleet",
		secret: async () => "an old one",
		onOutcome: ({ sink, outcome }) => outcomes.push(`${sink} ${outcome}`),
		onDropped: () => undefined,
		onProblem: () => undefined,
		now: Date.now,
	});
	const hook: Sink = { kind: "webhook", name: "hook", url: receiver.url, secret: "s", events: NOTICE_KINDS };
	notifier.start([hook, mail], 0);
	const event: Event = { kind: "Paused", policy: null, by: "eve", reason: "lunch", at: Date.now() };
	notifier.changed([{ seq: 1, event, before: EMPTY_FLEET, after: EMPTY_FLEET }]);
	await until(() => outcomes.length > 1);
	await notifier.stop();
	receiver.stop();
	server.close();
	assert.deepEqual(outcomes.slice(0, 2).sort(), ["admins retried", "hook retried"]);
});
