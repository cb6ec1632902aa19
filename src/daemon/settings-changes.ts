import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { SettingChange } from "../console/policy-reports.ts";
import type { Settings } from "../policy/parse-settings.ts";

type Read = (settings: Settings) => unknown;

/** Asked for each time that they are needed. */
const LIVE: Readonly<Record<string, Read>> = {
	policies: ({ policiesFolder }) => policiesFolder,
	inventory: ({ inventoryFile }) => inventoryFile,
	known_hosts: ({ knownHostsFile }) => knownHostsFile,
	credentials: ({ credentials }) => credentials,
	ssh: ({ ssh }) => ssh,
	"swarm.link": ({ swarm }) => swarm.linkBytesPerSecond,
	"swarm.bandwidth": ({ swarm }) => swarm.bandwidth,
	sites: ({ sites }) => sites,
	notices: ({ notices }) => notices,
	approvals: ({ approvalRule }) => approvalRule,
	"limits.deliveries": ({ limits }) => limits.deliveries,
	max_store_size: ({ maxStoreBytes }) => maxStoreBytes,
};

/** Made into sockets, processes and files when the daemon starts. */
const AT_START: Readonly<Record<string, Read>> = {
	state: ({ stateFolder }) => stateFolder,
	socket: ({ socketPath }) => socketPath,
	api: ({ api }) => api,
	discovery: ({ discovery }) => discovery,
	"swarm.address": ({ swarm }) => swarm.address,
	"swarm.tracker_port": ({ swarm }) => swarm.trackerPort,
	"swarm.peer_port": ({ swarm }) => swarm.peerPort,
	"swarm.seed_time": ({ swarm }) => swarm.seedTimeMs,
	"swarm.helper_folder": ({ swarm }) => swarm.helperFolder,
	"limits.sessions": ({ limits }) => limits.sessions,
	max_package_size: ({ maxPackageBytes }) => maxPackageBytes,
};

/** What the second settings change of the first, by the keys of the configuration, and when each takes effect. */
export function settingsChanges(before: Settings, after: Settings): readonly SettingChange[] {
	const isChanged = ([, read]: [string, Read]) => !isDeepStrictEqual(read(before), read(after));
	const of = (reads: Readonly<Record<string, Read>>, effect: SettingChange["effect"]) =>
		Object.entries(reads)
			.filter(isChanged)
			.map(([key]) => ({ key, effect }));
	return [...of(LIVE, "now"), ...of(AT_START, "after a restart")];
}

/** A digest of each, by the keys of the configuration; they hold names of secrets, and no secret. */
export function settingsDigests(settings: Settings): Readonly<Record<string, string>> {
	const digest = (value: unknown) =>
		createHash("sha256")
			.update(JSON.stringify(value) ?? "")
			.digest("hex");
	return Object.fromEntries(
		Object.entries({ ...LIVE, ...AT_START }).map(([key, read]) => [key, digest(read(settings))]),
	);
}

/** The second settings with what only a start reads as it was: so that the daemon goes on as it began. */
export function reloadable(before: Settings, after: Settings): Settings {
	const { stateFolder, socketPath, api, discovery, maxPackageBytes } = before;
	const { address, trackerPort, peerPort, seedTimeMs, helperFolder } = before.swarm;
	const { linkBytesPerSecond, bandwidth } = after.swarm;
	return {
		...after,
		stateFolder,
		socketPath,
		api,
		discovery,
		maxPackageBytes,
		limits: { deliveries: after.limits.deliveries, sessions: before.limits.sessions },
		swarm: {
			trackerPort,
			peerPort,
			seedTimeMs,
			bandwidth,
			...(address === undefined ? {} : { address }),
			...(helperFolder === undefined ? {} : { helperFolder }),
			...(linkBytesPerSecond === undefined ? {} : { linkBytesPerSecond }),
		},
	};
}
