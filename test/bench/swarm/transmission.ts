import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Place, Stranger } from "./stranger.ts";

export const TRANSMISSION: Stranger = {
	name: "transmission",
	packages: [["transmission-daemon", "/usr/bin/transmission-daemon"]],
	async settle({ host, folder, torrent }, told) {
		const [profile, watched] = [join(folder, "transmission"), join(folder, "watched")];
		for (const made of [profile, watched]) await mkdir(made);
		await copyFile(torrent, join(watched, "package.torrent"));
		const settings = { ...SETTINGS, ...settingsFor({ host, folder }, { watched, told }) };
		await writeFile(join(profile, "settings.json"), JSON.stringify(settings));
		return ["transmission-daemon", "--foreground", "--config-dir", profile];
	},
};

/** All else is as it comes, so that it tries encryption first. */
const SETTINGS = {
	"dht-enabled": false,
	"lpd-enabled": false,
	"pex-enabled": false,
	"utp-enabled": false,
	"port-forwarding-enabled": false,
	"rpc-enabled": false,
	"watch-dir-enabled": true,
	"script-torrent-done-enabled": true,
};

function settingsFor(
	{ host, folder }: Pick<Place, "host" | "folder">,
	{ watched, told }: { watched: string; told: string },
): Readonly<Record<string, string>> {
	return {
		"bind-address-ipv4": host.address,
		"download-dir": folder,
		"watch-dir": watched,
		"script-torrent-done-filename": told,
	};
}
