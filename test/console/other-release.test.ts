import assert from "node:assert/strict";
import { createServer, request, type Server, type ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import { after, before, beforeEach, test } from "node:test";
import { version } from "../../src/console/version.ts";
import { commandLine, type Ended, run } from "./command-line.ts";

const line = commandLine();
const OTHER = "0.0.9";
const DIFFER = `the daemon is of release ${OTHER}, and this command of ${version()}`;
const ADVICE = /\nLet both be of one release: .*systemctl restart fleetseed; .*upgrade the older one\.\n$/;
let path = "";
let server: Server;
/** How the daemon of the other release answers; null: as ours does. */
let say: ((answer: unknown, response: ServerResponse) => unknown) | null;

/** A daemon of another release: ours, which tells another one and of which each test may change what is answered. */
before(async () => {
	path = line.deadSocketPath;
	server = createServer((asked, response) => {
		const { url, method, headers } = asked;
		const toOurs = request({ socketPath: line.socketPath, path: url, method, headers }, async (answer) => {
			response.statusCode = answer.statusCode ?? 500;
			response.setHeader("fleetseed-release", OTHER);
			const content = await json(answer).catch(() => null);
			const said = say ? say(content, response) : content;
			if (!response.writableEnded && !response.destroyed) response.end(JSON.stringify(said));
		});
		asked.pipe(toOurs);
	});
	await new Promise<void>((resolve) => server.listen(path, resolve));
});
after(() => server.close());
beforeEach(() => {
	say = null;
});

const fleetseed = (...words: readonly string[]): Promise<Ended> => run(["--socket", path, ...words]);

/** Without the first key of what is answered, or of the first one in a list. */
function lacking(answer: unknown): unknown {
	if (Array.isArray(answer)) return [lacking(answer[0]), ...answer.slice(1)];
	return Object.fromEntries(Object.entries(answer as object).slice(1));
}

test("what another release's daemon answers is not an error while it has all that is read in it", async () => {
	const more = (answer: unknown): unknown =>
		Array.isArray(answer) ? answer.map(more) : { ...(answer as object), added_later: [1] };
	for (const words of [["status"], ["machines"], ["pause"]]) {
		const ours = await line.fleetseed(...words);
		say = more;
		assert.deepEqual(await fleetseed(...words), ours, words.join(" "));
		say = null;
	}
});

test("a daemon of another release whose answer lacks something is told as that, with what to do", async () => {
	say = lacking;
	for (const words of ["status", "machines", "why mill-01", "logs", "audit verify"]) {
		const { out, err, code } = await fleetseed(...words.split(" "));
		assert.deepEqual([out, code], ["", 1], words);
		assert.ok(err.startsWith(`${DIFFER}: its answer to GET `), err);
		assert.match(err, /is not what is expected here: (0\.)?\w+: .* \(FS-RELEASE\)/, words);
		assert.match(err, ADVICE);
	}
	const { err } = await fleetseed("status", "--json");
	assert.equal(JSON.parse(err).code, "FS-RELEASE");
});

test("an order of which the answer is not understood is told as done", async () => {
	say = lacking;
	const { err, code } = await fleetseed("pause", "--reason", "audit");
	assert.ok(err.startsWith(`${DIFFER}: it was done, and its answer to POST pause is not what is expected here: `), err);
	assert.equal(code, 1);
	assert.equal(line.cockpit.orders.length, 1);
});

test("a daemon that does not know what is asked for is told as one of another release", async () => {
	say = (_, response) => {
		response.statusCode = 404;
		return { code: "FS-API-REQUEST", message: "no such route", hint: "" };
	};
	for (const words of [["swarm"], ["audit", "export"]]) {
		const { err, code } = await fleetseed(...words);
		assert.ok(err.startsWith(`${DIFFER}: it does not know GET `), err);
		assert.match(err, ADVICE);
		assert.equal(code, 1);
	}
});

test("a refusal is told as it is, and that the releases differ where that may be why", async () => {
	const unknown = await fleetseed("why", "nobody");
	assert.deepEqual(unknown, await line.fleetseed("why", "nobody"));
	const { err } = await fleetseed("token", "revoke", "1a2b3c4d");
	assert.match(err, /^1a2b3c4d: no token of this id counts; .* \(FS-API-REQUEST\)\n/);
	assert.ok(err.endsWith(` It may also be that ${DIFFER}.\n`), err);
});

test("what answers as no release of ours does is told without a stack", async () => {
	for (const status of [200, 502]) {
		say = (_, response) => {
			response.statusCode = status;
			response.removeHeader("fleetseed-release");
			response.end("<html>");
		};
		const { err, code } = await fleetseed("status");
		assert.match(err, /^the daemon is of a release that it does not tell, and this command of .*\(FS-RELEASE\)\n/);
		assert.match(err, ADVICE);
		assert.equal(code, 1);
	}
});

test("an order whose answer is cut off is one of which nobody knows whether it was done", async () => {
	say = (_, response) => void response.destroy();
	const { err, code } = await fleetseed("pause");
	assert.match(
		err,
		/does not answer on .*; nobody knows whether it was done \(FS-DAEMON-DOWN\)\nLook before you repeat/,
	);
	assert.equal(code, 3);
	assert.equal(line.cockpit.orders.length, 1, "it was");
	assert.doesNotMatch((await fleetseed("status")).err, /nobody knows/);
});
