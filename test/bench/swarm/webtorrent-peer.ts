// node webtorrent-peer.ts TORRENT FOLDER ADDRESS: webtorrent as it comes, but for the ways of finding peers outside of the torrent's tracker.
import { readFileSync } from "node:fs";
import WebTorrent from "webtorrent-hybrid";

const [torrentFile = "", folder = "", host = ""] = process.argv.slice(2);
const client = new WebTorrent({
	torrentPort: { host, port: 0 },
	dht: false,
	lsd: false,
	utPex: false,
	natUpnp: false,
	natPmp: false,
	// Its TCP is three times as fast.
	utp: false,
});
client.on("error", (error: Error) => {
	process.stderr.write(`${error.message}\n`);
	process.exit(1);
});
const torrent = client.add(readFileSync(torrentFile), { path: folder });
torrent.once("done", () => process.stdout.write("it is complete\n"));
