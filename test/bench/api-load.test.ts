import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createServer, type ServerResponse } from "node:http";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { clientFigures } from "./api-clients.ts";
import type { Answered, Load } from "./api-load.ts";
import { isMet } from "./figures.ts";

const run = promisify(execFile);
const LOAD = fileURLToPath(new URL("api-load.ts", import.meta.url));
const [ASKED, FOLLOWERS] = [20, 3];
const LINE_EVERY_MS = 20;

interface Ways {
	/** What the first follower gets; the others get all. */
	readonly first?: "turned away" | "cut off" | "nothing";
	/** What requests get. */
	readonly status?: number;
}

/** Writes a line every 20 ms and tells those who follow, in two pieces each. */
async function serve(t: TestContext, { first, status = 200 }: Ways): Promise<string> {
	const followers = new Set<ServerResponse>();
	let [came, seq] = [0, 0];
	const server = createServer((request, response) => {
		if (request.url === "/api/v1/audit?limit=1") response.end(JSON.stringify({ lines: [{ seq }] }));
		else if (request.url !== "/api/v1/events") response.writeHead(status).end("{}");
		else if (came++ === 0 && first !== undefined) serveFirst(response, first);
		else followers.add(response.writeHead(200));
	});
	const writing = setInterval(() => {
		seq += 1;
		for (const each of followers) each.write(`id: ${seq}\neve`);
		setImmediate(() => {
			for (const each of followers) each.write("nt: line\ndata: {}\n\n");
		});
	}, LINE_EVERY_MS);
	t.after(() => {
		clearInterval(writing);
		server.close();
		server.closeAllConnections();
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
}

function serveFirst(response: ServerResponse, first: NonNullable<Ways["first"]>): void {
	if (first === "turned away") response.writeHead(503).end();
	else response.writeHead(200).flushHeaders();
	if (first === "cut off") setTimeout(() => response.destroy(), 100);
}

/** What is missed of the three figures: of requests, followers, lines. */
async function missed(t: TestContext, ways: Ways): Promise<readonly string[]> {
	const url = await serve(t, ways);
	const load: Load = {
		...{ url, daemon: url, tokens: ["none"], paths: ["/"] },
		...{ seconds: 1, perSecond: ASKED, followers: FOLLOWERS },
	};
	const { stdout } = await run(process.execPath, [LOAD, JSON.stringify(load)]);
	const answered = JSON.parse(stdout) as Answered;
	assert.ok(answered.lines_written > 0);
	const figures = clientFigures({ answered, asked: ASKED - 1, followers: FOLLOWERS }, "");
	return figures.filter((figure) => !isMet(figure)).map(({ what }) => what.split(" ")[0] ?? "");
}

test("clients that get all they ask for miss nothing, in whatever pieces it comes", async (t) => {
	assert.deepEqual(await missed(t, {}), []);
});

test("a follower that is turned away, cut off or told nothing is missed, and so are answers that are none", async (t) => {
	assert.deepEqual(await missed(t, { first: "turned away" }), ["followers", "lines"]);
	assert.deepEqual(await missed(t, { first: "cut off" }), ["followers", "lines"]);
	assert.deepEqual(await missed(t, { first: "nothing" }), ["lines"]);
	assert.deepEqual(await missed(t, { status: 429 }), ["requests"]);
});
