// node fleetseed-source.ts OPENING: the swarm as the daemon runs it, at the controller. OPENING is JSON; it answers by messages.
import { writeFile } from "node:fs/promises";
import type { Admitted, Ports } from "../../../src/swarm/messages.ts";
import { Swarm } from "../../../src/swarm/swarm.ts";

export interface SourceOpening {
	readonly storeFolder: string;
	readonly host: string;
	readonly sha256: string;
	/** Where each machine's torrent goes. */
	readonly machines: readonly (Admitted & { readonly torrentFile: string })[];
}

export type SourceOrder = { readonly kind: "count" };

export type SourceReport =
	| { readonly kind: "open"; readonly pid: number; readonly ports: Ports; readonly infoHash: string }
	| { readonly kind: "sent"; readonly bytes: number };

const { storeFolder, host, sha256, machines } = JSON.parse(process.argv[2] ?? "") as SourceOpening;
const tell = (report: SourceReport) => process.send?.(report);
let sentBytes = 0;
const swarm = new Swarm({
	storeFolder,
	host,
	trackerPort: 0,
	peerPort: 0,
	onProgress: () => undefined,
	onSent: (sent) => {
		for (const { bytes } of sent) sentBytes += bytes;
	},
	onRestart: (detail) => process.stderr.write(`the swarm process was started again: ${detail}\n`),
});
swarm.admit(machines);
await swarm.start();
const { infoHash } = await swarm.share(sha256);
for (const { token, torrentFile } of machines)
	await writeFile(torrentFile, await swarm.torrentFor(sha256, { token, host }));
tell({ kind: "open", pid: swarm.pid ?? 0, ports: swarm.ports, infoHash });

process.on("message", async ({ kind }: SourceOrder) => {
	if (kind !== "count") return;
	await swarm.countSent();
	tell({ kind: "sent", bytes: sentBytes });
});
process.on("disconnect", () => process.exit(0));
