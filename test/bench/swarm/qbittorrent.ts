import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Stranger } from "./stranger.ts";

export const QBITTORRENT: Stranger = {
	name: "qbittorrent",
	packages: [["qbittorrent-nox", "/usr/bin/qbittorrent-nox"]],
	async settle({ folder, torrent }, told) {
		const config = join(folder, "qBittorrent", "config");
		await mkdir(config, { recursive: true });
		await writeFile(join(config, "qBittorrent.conf"), settings(told));
		return ["qbittorrent-nox", `--profile=${folder}`, `--save-path=${folder}`, "--skip-dialog=true", torrent];
	},
};

/** All else is as it comes, so that it tries encryption first. Its page is seen in its own namespace alone. */
function settings(told: string): string {
	return `[LegalNotice]
Accepted=true

[BitTorrent]
Session\\BTProtocol=TCP
Session\\DHTEnabled=false
Session\\LSDEnabled=false
Session\\PeXEnabled=false

[Network]
PortForwardingEnabled=false

[Preferences]
Connection\\ResolvePeerCountries=false
WebUI\\Address=127.0.0.1
WebUI\\LocalHostAuth=false
WebUI\\UseUPnP=false

[AutoRun]
enabled=true
program=${told}
`;
}
