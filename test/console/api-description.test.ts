import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pino } from "pino";
import type { z } from "zod";
import * as audit from "../../src/console/answers/audit.ts";
import * as machines from "../../src/console/answers/machines.ts";
import * as outcome from "../../src/console/answers/outcome.ts";
import * as packages from "../../src/console/answers/packages.ts";
import * as plan from "../../src/console/answers/plan.ts";
import * as policies from "../../src/console/answers/policies.ts";
import * as schedule from "../../src/console/answers/schedule.ts";
import * as status from "../../src/console/answers/status.ts";
import * as swarm from "../../src/console/answers/swarm.ts";
import * as tokens from "../../src/console/answers/tokens.ts";
import * as why from "../../src/console/answers/why.ts";
import { buildServer } from "../../src/console/api/build-server.ts";
import type { Api } from "../../src/console/api/routes.ts";
import type { Event } from "../../src/model/event.ts";
import { PAGE, pageWithRoutes } from "./api-page.ts";
import { type Furnished, furnish } from "./desks.ts";
import { MemoryCockpit } from "./memory-cockpit.ts";
import { DIGEST } from "./memory-views.ts";

let folder = "";
let furnished: Furnished;
let server: Api;

before(async () => {
	folder = await mkdtemp(join(tmpdir(), "fleetseed-description-"));
	furnished = furnish(folder, new MemoryCockpit());
	server = await buildServer({
		desks: furnished.desks,
		log: pino({ level: "silent" }),
		guarding: null,
		url: () => null,
	});
});

after(async () => {
	await server.close();
	furnished.journal.close();
	await rm(folder, { recursive: true });
});

const resumed = (at: number): Event => ({ kind: "Resumed", policy: null, by: `eve ${at}`, at });

test("what is answered is what the description says", async () => {
	furnished.record([resumed(1)]);
	const said: Readonly<Record<string, z.ZodType>> = {
		status: status.statusReport,
		plan: plan.planReport,
		machines: machines.machineRow.array(),
		diff: policies.changesReport,
		"policies/office": policies.policyReport,
		"machines/mill-01": machines.machineRow,
		"machines/mill-01/why": why.whyReport,
		"machines/mill-01/logs": machines.outputRow.array(),
		logs: machines.outputRow.array(),
		"logs?after=7&machine=mill-01": machines.outputRow.array(),
		"logs?limit=0": outcome.problemAnswer,
		"machines/mill-01/host-key": machines.hostKey,
		swarm: swarm.swarmReport,
		packages: packages.packageRow.array(),
		[`packages/${DIGEST}`]: packages.packagePage,
		[`packages/${"0".repeat(64)}`]: outcome.problemAnswer,
		schedule: schedule.scheduleReport,
		"schedule?days=36": outcome.problemAnswer,
		audit: audit.auditPage,
		"audit/verify": audit.auditVerification,
		tokens: tokens.tokenRow.array(),
		session: tokens.session,
		"machines/nobody/why": outcome.problemAnswer,
	};
	for (const [path, schema] of Object.entries(said)) {
		const parsed = schema.safeParse((await server.inject(`/api/v1/${path}`)).json());
		assert.ok(parsed.success, `${path}: ${parsed.error}`);
	}
});

test("the description is OpenAPI 3.1, every reference in it leads somewhere, and each schema is used", async () => {
	const document = (await server.inject("/api/v1/openapi.json")).json();
	assert.equal(document.openapi, "3.1.0");
	const names = Object.keys(document.components.schemas).sort();
	const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
	assert.deepEqual([...new Set(references)].sort(), names);
	const approve = document.paths["/api/v1/policies/{name}/approve"].post;
	assert.deepEqual(approve.requestBody.content["application/json"].schema.required, ["revision"]);
	assert.equal(approve["x-role"], "approver");
});

test("the page about the API has the description's own table of routes (npm run docs writes it)", async () => {
	const page = readFileSync(PAGE, "utf8");
	assert.ok(page.includes("| `POST /api/v1/policies/{name}/approve` | approver |"));
	assert.equal(await pageWithRoutes(page), page);
});

/** The lines that a stream sends until there are so many. */
async function follow(url: string, headers: Record<string, string>, count: number): Promise<readonly string[]> {
	const answer = await fetch(`${url}/api/v1/events`, { headers, signal: AbortSignal.timeout(60_000) });
	assert.equal(answer.headers.get("content-type"), "text/event-stream");
	assert.ok(answer.headers.get("content-security-policy"));
	let text = "";
	for await (const chunk of answer.body ?? []) {
		text += Buffer.from(chunk).toString();
		const ids = [...text.matchAll(/^id: (\d+)\nevent: line\n/gm)].map(([, id = ""]) => id);
		// A slow reader gets several at once.
		if (ids.length >= count) return ids.slice(0, count);
	}
	throw new Error(`the stream ended: ${text}`);
}

test("who follows is told of each line as it is written, and who comes again misses none", async (t) => {
	const url = await server.listen({ host: "127.0.0.1", port: 0 });
	const last = furnished.desks.audit.lastSeq();
	const following = follow(url, {}, 3);
	const resuming = follow(url, { "last-event-id": String(last - 1) }, 4);
	const writing = setInterval(() => furnished.record([resumed(Date.now())]), 20);
	t.after(() => clearInterval(writing));
	const expected = (first: number, many: number) => Array.from({ length: many }, (_, index) => String(first + index));
	const told = await following;
	assert.deepEqual(told, expected(Number(told[0]), 3));
	assert.deepEqual(await resuming, expected(last, 4));
	// As after a journal that was restored: there never was such a line, and what is written from now on is told.
	assert.equal((await follow(url, { "last-event-id": "1000000" }, 1)).length, 1);
	clearInterval(writing);
	furnished.record(Array.from({ length: 1500 }, (_, at) => resumed(at)));
	await furnished.desks.onDisk();
	const behind = await follow(url, { "last-event-id": "0" }, furnished.desks.audit.lastSeq());
	assert.deepEqual(behind, expected(1, furnished.desks.audit.lastSeq()), "from the first line on, page by page");
	assert.equal((await fetch(`${url}/api/v1/events`, { headers: { "last-event-id": "x" } })).status, 400);
});
