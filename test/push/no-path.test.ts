import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { promisify } from "node:util";
import { makeKeyPair } from "../../src/push/key-pair.ts";
import { sshdObstacle } from "./sshd.ts";

const skip = sshdObstacle() || (!existsSync("/sbin/ip") && "not installed here: iproute2");

/** A network of its own: one link, whose other end takes everything and answers nothing. */
const NETWORK = `
ip link set lo up
ip link add near type veth peer name far
ip link set near up
ip link set far up
ip addr add 10.99.0.1/24 dev near
ip neigh add 10.99.0.2 lladdr 02:00:00:00:00:02 dev near
exec "$@"`;

const PROGRAM = `
import { Session } from ${JSON.stringify(new URL("../../src/push/session.ts", import.meta.url).href)};
const [privateKey, ...addresses] = process.argv.slice(1);
const target = { machine: "mill-03", port: 22, user: "deploy", hostKeys: [], connectTimeoutMs: 8_000, privateKey };
const said = addresses.map((address) => {
	const connectTimeoutMs = address.endsWith(".2") ? 500 : 8_000;
	return Session.connect({ ...target, address, connectTimeoutMs }, new AbortController().signal);
});
console.log(JSON.stringify((await Promise.all(said)).map(({ failure }) => failure)));
`;

test("tells a network without a way from a neighbour that is not there and from one that never answers", {
	skip,
}, async () => {
	const node = [process.execPath, "--input-type=module", "-e", PROGRAM, "--", makeKeyPair().private];
	const addresses = ["10.98.0.1", "10.99.0.3", "10.99.0.2"];
	const { stdout } = await promisify(execFile)("unshare", ["--net", "sh", "-ec", NETWORK, "sh", ...node, ...addresses]);
	assert.deepEqual(JSON.parse(stdout), [
		{ code: "FS-SSH-UNREACHABLE", detail: "mill-03: there is no path to the address (deploy@10.98.0.1:22)" },
		{ code: "FS-SSH-UNREACHABLE", detail: "mill-03: there is no path to the address (deploy@10.99.0.3:22)" },
		{ code: "FS-SSH-TIMEOUT", detail: "mill-03: nothing answered the connection in time (deploy@10.99.0.2:22)" },
	]);
});
