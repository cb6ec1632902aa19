import { createServer, type ServerResponse } from "node:http";

/**
 * What answers in the daemon's place: the same bytes, asked of it once, and its stream of events, followed once and handed on. It
 * is what any server would cost, with the clients that it has. Its arguments: the daemon's URL, a token, the paths. Prints its own URL.
 */
const [daemon = "", token = "", ...paths] = process.argv.slice(2);
const headers = { authorization: `Bearer ${token}` };
const bodies = new Map<string, Buffer>();
for (const path of paths) bodies.set(path, Buffer.from(await (await fetch(daemon + path, { headers })).arrayBuffer()));
const followers = new Set<ServerResponse>();
void handOn();
const server = createServer((request, response) => {
	const body = bodies.get(request.url ?? "");
	if (body) {
		response.writeHead(200, { "content-type": "application/json", "content-length": body.length }).end(body);
		return;
	}
	response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
	followers.add(response);
	response.on("close", () => followers.delete(response));
});
server.listen(0, "127.0.0.1", () => {
	const address = server.address();
	if (typeof address === "object") console.log(`http://127.0.0.1:${address?.port}`);
});
// It ends with whoever started it.
process.stdin.on("close", () => process.exit(0)).resume();

async function handOn(): Promise<void> {
	const events = await fetch(`${daemon}/api/v1/events`, { headers });
	for await (const chunk of events.body ?? []) for (const follower of followers) follower.write(chunk);
}
