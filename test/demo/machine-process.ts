import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Announcer } from "../fleet/announcer.ts";
import { Machine } from "../fleet/machine.ts";

/**
 * One machine of the demo, a process of its own: an SSH server that runs a real shell in its own folder, an mDNS
 * announcement, and our peer on its PATH. Arguments: NAME FOLDER ADDRESS PUBLIC_KEY. Ends with its parent.
 */
const [name = "", folder = "", address = "", authorizedKey = ""] = process.argv.slice(2);
await installPeer(join(folder, "bin"));
const machine = new Machine({ name, folder, address, authorizedKey });
await machine.start();
const announcer = new Announcer({ name, address, sshPort: machine.port, labels: { site: "loopback" } });
announcer.announce();
process.send?.({ name, address, port: machine.port, hostKey: machine.hostKey, hostKeyLine: machine.hostKeyLine });

// A terminal's Ctrl-C reaches every process of the demo; ours ends when the demo says so.
process.on("SIGINT", () => undefined);
process.once("disconnect", async () => {
	await announcer.stop();
	await machine.stop();
	process.exit(0);
});

/** What a machine has of us: one program, `fleetseed-agent`. */
async function installPeer(bin: string): Promise<void> {
	await mkdir(bin, { recursive: true });
	const agent = fileURLToPath(new URL("../../src/agent/main.ts", import.meta.url));
	const program = join(bin, "fleetseed-agent");
	await writeFile(
		program,
		`#!/bin/sh\nexec '${process.execPath}' --disable-warning=ExperimentalWarning '${agent}' "$@"\n`,
	);
	await chmod(program, 0o755);
}
