import { aria2c } from "../../swarm/aria2c.ts";
import { ARIA2 } from "./aria2.ts";
import type { Stranger } from "./stranger.ts";

const SEED_MINUTES = 60;

export const ARIA2_STRANGER: Stranger = {
	name: "aria2",
	packages: ARIA2.packages,
	async settle({ folder, torrent }, told) {
		const argv = aria2c(torrent, folder, { seedMinutes: SEED_MINUTES });
		return [...argv.slice(0, -1), `--on-bt-download-complete=${told}`, torrent];
	},
};
