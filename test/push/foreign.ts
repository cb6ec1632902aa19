import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { makeKeyPair } from "../../src/push/key-pair.ts";
import type { Target } from "../../src/push/target.ts";

/** A port of another process, which says something to who connects and never closes its end. */
export async function heldOpen(t: TestContext, text: string): Promise<number> {
	const program = `
		const server = require("node:net").createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
			socket.on("error", () => socket.destroy());
			socket.write(process.argv[1]);
		});
		server.listen(0, "127.0.0.1", () => console.log(JSON.stringify(server.address().port)));`;
	const { said } = await startProcess(t, ["-e", program, text]);
	return said as number;
}

/** A machine in a process of its own, so that a test can freeze it. */
export async function machineProcess(
	t: TestContext,
): Promise<{ readonly child: ChildProcess; readonly target: Target }> {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-push-"));
	t.after(() => rm(folder, { recursive: true, force: true }));
	const pair = makeKeyPair();
	const program = `
		import { Machine } from ${JSON.stringify(new URL("../fleet/machine.ts", import.meta.url).href)};
		const [folder, authorizedKey] = process.argv.slice(1);
		const machine = new Machine({ name: "mill-03", folder, address: "127.0.0.3", authorizedKey });
		await machine.start();
		console.log(JSON.stringify({ port: machine.port, hostKeys: [machine.hostKey] }));`;
	const args = ["--input-type=module", "-e", program, folder, pair.public.trim()];
	const { child, said } = await startProcess(t, args);
	const login = { machine: "mill-03", address: "127.0.0.3", user: "deploy", privateKey: pair.private };
	return { child, target: { ...login, connectTimeoutMs: 10_000, ...(said as Pick<Target, "port" | "hostKeys">) } };
}

async function startProcess(t: TestContext, args: readonly string[]) {
	const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
	t.after(() => child.kill("SIGKILL"));
	const [line] = (await once(child.stdout, "data", { signal: t.signal })) as [Buffer];
	return { child, said: JSON.parse(line.toString("utf8")) as unknown };
}
