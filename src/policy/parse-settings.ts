import { z } from "zod";
import type { LoginSpec } from "../model/policy.ts";
import type { Bandwidth, Site } from "../model/traffic.ts";
import { type ApiSettings, apiSchema, toApi } from "./api-schema.ts";
import { bandwidthSchema } from "./bandwidth-schema.ts";
import { type CredentialSource, credentialsSchema, toCredentials } from "./credentials-schema.ts";
import { type Problem, readDocument } from "./document.ts";
import { byteSize, controllerPath, duration, name, rate, text, whole } from "./fields.ts";
import { loginFields, toLogin } from "./login-schema.ts";
import { mapping } from "./mapping.ts";
import { noticesSchema, type Sink, toSinks } from "./notices-schema.ts";
import { sitesSchema, toSite } from "./sites-schema.ts";
import { toBandwidth } from "./to-bandwidth.ts";

/**
 * Who may pin a machine's first host key, in the words of ssh_config(5), StrictHostKeyChecking. yes: the inventory and the known_hosts
 * file alone.   ask: a person, too.   accept-new: the daemon, too, for machines of the inventory. A pinned key is never replaced by itself.
 */
export type HostKeyChecking = "yes" | "ask" | "accept-new";

/** The daemon's own configuration. Paths are as written: relative ones count from the file's folder. */
export interface Settings {
	readonly policiesFolder: string;
	readonly inventoryFile?: string;
	readonly knownHostsFile?: string;
	readonly stateFolder: string;
	readonly socketPath: string;
	/** Secrets by name; policies and the keys below refer to them. */
	readonly credentials: Readonly<Record<string, CredentialSource>>;
	readonly ssh: {
		/** Where neither the policy nor ssh_config says how to log in. */
		readonly login: LoginSpec;
		/** The credential with the password for sudo, where it asks for one. */
		readonly becomePassword?: string;
		/** A file in the format of ssh_config(5); without one, none is read. */
		readonly configFile?: string;
		readonly hostKeyChecking: HostKeyChecking;
		readonly keepalive: { readonly intervalMs: number; readonly countMax: number };
	};
	readonly discovery: {
		/** IPv4 addresses of the interfaces to listen on; none: every interface that can multicast. */
		readonly interfaces: readonly string[];
		readonly enabled: boolean;
	};
	readonly swarm: {
		/** What machines are told to reach the controller at; without one, the local address of their SSH connection. */
		readonly address?: string;
		readonly trackerPort: number;
		readonly peerPort: number;
		/** What the controller's link can, both ways; without one, its interface with the default route is asked. */
		readonly linkBytesPerSecond?: number;
		/** Of the controller itself: what it uploads, and what it downloads from origins. */
		readonly bandwidth: Bandwidth;
		readonly seedTimeMs: number;
		/** Where our peer lies as one file for each platform; without one, beside the program. */
		readonly helperFolder?: string;
	};
	/** The first that a machine matches is its own. */
	readonly sites: readonly Site[];
	/** What the controller asks for, whatever a policy says: a rollout to more machines needs so many people. */
	readonly approvalRule?: { readonly above: number; readonly required: number };
	/** Where notices go. */
	readonly notices: readonly Sink[];
	/** null: the API is on the unix socket alone. */
	readonly api: ApiSettings | null;
	readonly limits: { readonly deliveries: number; readonly sessions: number };
	readonly maxPackageBytes: number;
	readonly maxStoreBytes: number;
}

const DEFAULT_IDENTITY_FILE = "/etc/fleetseed/id_ed25519";

const ssh = mapping({
	...loginFields,
	identity_file: controllerPath
		.optional()
		.describe("The controller's private key, as a file. Default: /etc/fleetseed/id_ed25519."),
	become_password: name
		.optional()
		.describe("The password that sudo asks for on machines, as one of `credentials`. Default: sudo must not ask."),
	config_file: controllerPath
		.optional()
		.describe("A file in the format of ssh_config(5): HostName, Port, User, IdentityFile, IdentityAgent, ProxyJump."),
	strict_host_key_checking: z
		.enum(["yes", "ask", "accept-new"], "yes, ask or accept-new")
		.default("ask")
		.describe(
			"Who may pin a machine's first host key. yes: the inventory and known_hosts alone; ask: a person, too; accept-new: the daemon, too, at first sight of a machine of the inventory.",
		),
	server_alive_interval: duration("1s", "1h")
		.prefault("15s")
		.describe("How often a machine that says nothing is asked for a sign of life."),
	server_alive_count_max: whole(1, 100)
		.default(3)
		.describe("After so many unanswered questions the connection is given up."),
});

const discovery = mapping({
	enabled: z.boolean("true or false").default(true).describe("Whether machines are looked for over mDNS."),
	interfaces: z
		.array(z.ipv4("the IPv4 address of an interface"))
		.default([])
		.describe("IPv4 addresses of the interfaces to listen on; none: every one that can multicast."),
});

const bandwidth = bandwidthSchema({
	up: "The most that the controller uploads in a second, such as 500kbit, 20mbit or 2MiB. Default: no limit.",
	down: "The most that it downloads from origins in a second. Default: no limit.",
});

const swarm = mapping({
	address: text(/^[A-Za-z0-9:][A-Za-z0-9.:-]{0,254}$/, "an IP address or a host name")
		.optional()
		.describe("The controller's address as told to machines. Default: the local address of each SSH connection."),
	tracker_port: whole(1, 65_535).default(6969).describe("The TCP port of the tracker."),
	peer_port: whole(1, 65_535).default(6881).describe("The TCP port of the controller's seeder."),
	link: rate
		.optional()
		.describe(
			"What the controller's link can, both ways: deliveries tell how near they came to it. Default: what its interface with the default route says.",
		),
	bandwidth: bandwidth.prefault({}).describe("How fast the controller itself sends packages, and downloads them."),
	seed_time: duration("1s", "30d").prefault("30m").describe("How long a package is seeded after its last delivery."),
	helper_folder: controllerPath
		.optional()
		.describe("Where `npm run build:helper` put our peer for machines. Default: dist/helper beside the program."),
});

const limits = mapping({
	deliveries: whole(1, 10_000).default(64).describe("Deliveries at once, over all policies."),
	sessions: whole(1, 10_000).default(64).describe("SSH sessions at once, over all policies."),
});

const approvals = mapping({
	above_machines: whole(1, 1_000_000)
		.optional()
		.describe(
			"A rollout to more machines than this needs approvals, whatever its policy says. Default: only policies ask.",
		),
	required: whole(1, 100).default(2).describe("How many different people must approve it."),
});

export const settingsDocument = mapping({
	version: z.literal(1, "1").describe("The version of this format: 1."),
	policies: controllerPath.describe("The folder of the policies."),
	inventory: controllerPath.optional().describe("The inventory of machines and groups."),
	known_hosts: controllerPath.optional().describe("An OpenSSH known_hosts file that approves machines in advance."),
	state: controllerPath.default("/var/lib/fleetseed").describe("The folder of the journal and the package store."),
	socket: controllerPath.default("/run/fleetseed/fleetseed.sock").describe("The unix socket of the API."),
	credentials: credentialsSchema
		.default({})
		.describe("Secrets by name: private keys, passphrases and passwords. Policies refer to them by these names."),
	ssh: ssh.prefault({}).describe("How machines are reached."),
	discovery: discovery.prefault({}).describe("How machines are found."),
	swarm: swarm.prefault({}).describe("How packages are seeded."),
	sites: sitesSchema.default([]).describe("Machines behind a slow link, which carries one copy that they then share."),
	api: apiSchema.prefault({}).describe("The API and the dashboard over TCP; the unix socket is always there."),
	notices: noticesSchema.prefault({}).describe("Who is told what happens, without having to look."),
	approvals: approvals.prefault({}).describe("Whom a large rollout waits for."),
	limits: limits.prefault({}).describe("What the controller takes on at once."),
	max_package_size: byteSize.prefault("16GiB").describe("Larger packages are refused."),
	max_store_size: byteSize
		.prefault("100GiB")
		.describe("Beyond it packages go, the oldest first, that no policy, rollout or way back names any more."),
});

/** The settings that the YAML text means, or every problem in it, all with the code FS-CONFIG. */
export function parseSettings(
	text: string,
	file: string,
): { readonly settings: Settings } | { readonly problems: readonly Problem[] } {
	const read = readDocument(text, file, { schema: settingsDocument, code: "FS-CONFIG" });
	return "problems" in read ? { problems: read.problems.map(unrevealing) } : { settings: toSettings(read.value) };
}

/** Problems are printed and logged, and somebody may have written the secret itself where its place belongs. */
function unrevealing(problem: Problem): Problem {
	return problem.path.startsWith("credentials") ? { ...problem, saw: "something else" } : problem;
}

function toSettings(written: z.output<typeof settingsDocument>): Settings {
	const { inventory, known_hosts, discovery, ssh, swarm } = written;
	return {
		policiesFolder: written.policies,
		...(inventory === undefined ? {} : { inventoryFile: inventory }),
		...(known_hosts === undefined ? {} : { knownHostsFile: known_hosts }),
		stateFolder: written.state,
		socketPath: written.socket,
		credentials: toCredentials(written.credentials),
		ssh: {
			login: withDefault(toLogin(ssh)),
			...(ssh.become_password === undefined ? {} : { becomePassword: ssh.become_password }),
			...(ssh.config_file === undefined ? {} : { configFile: ssh.config_file }),
			hostKeyChecking: ssh.strict_host_key_checking,
			keepalive: { intervalMs: ssh.server_alive_interval, countMax: ssh.server_alive_count_max },
		},
		discovery: { interfaces: discovery.interfaces, enabled: discovery.enabled },
		swarm: {
			...(swarm.address === undefined ? {} : { address: swarm.address }),
			trackerPort: swarm.tracker_port,
			peerPort: swarm.peer_port,
			...(swarm.link === undefined ? {} : { linkBytesPerSecond: swarm.link }),
			bandwidth: toBandwidth(swarm.bandwidth),
			seedTimeMs: swarm.seed_time,
			...(swarm.helper_folder === undefined ? {} : { helperFolder: swarm.helper_folder }),
		},
		sites: written.sites.map(toSite),
		api: toApi(written.api),
		notices: toSinks(written.notices),
		...(written.approvals.above_machines === undefined
			? {}
			: { approvalRule: { above: written.approvals.above_machines, required: written.approvals.required } }),
		limits: { deliveries: written.limits.deliveries, sessions: written.limits.sessions },
		maxPackageBytes: written.max_package_size,
		maxStoreBytes: written.max_store_size,
	};
}

function withDefault(login: LoginSpec): LoginSpec {
	const { identity, identityAgent, password } = login;
	const isGiven = [identity, identityAgent, password].some((way) => way !== undefined);
	return isGiven ? login : { identityFile: DEFAULT_IDENTITY_FILE, ...login };
}
