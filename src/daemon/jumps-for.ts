import type { Failure } from "../model/failure.ts";
import type { Fleet } from "../model/fleet.ts";
import type { HostKey } from "../model/machine.ts";
import type { Settings } from "../policy/parse-settings.ts";
import { keysFor } from "../push/known-hosts.ts";
import type { Hop, Login } from "../push/target.ts";
import type { Known } from "./known.ts";
import { readLogin } from "./login-for.ts";
import type { HostConfig } from "./ssh-config.ts";

const WRITTEN = /^(?:([^@]+)@)?(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/;

export interface Route {
	/** As in ssh_config(5), ProxyJump; absent, or "none": directly. */
	readonly proxyJump: string | undefined;
	/** Who logs in on the way, where nothing else is said. */
	readonly user: string;
	readonly login: Login;
}

interface Knowledge {
	readonly fleet: Fleet;
	readonly known: Known;
	readonly settings: Settings;
}

/**
 * The machines on the way, the nearest first. Each has its user, port, address and key file by ssh_config, and its host keys by its
 * approval or the known_hosts file; its own ProxyJump counts for nothing here. Errors: FS-SSH-CONFIG, FS-SSH-KEY, FS-CREDENTIAL-*.
 */
export async function jumpsFor(knowledge: Knowledge, route: Route): Promise<readonly Hop[] | Failure> {
	const { proxyJump = "none" } = route;
	if (proxyJump === "none") return [];
	const hops: Hop[] = [];
	for (const written of proxyJump.split(",")) {
		const hop = await hopOf(knowledge, route, written.trim());
		if ("code" in hop) return hop;
		hops.push(hop);
	}
	return hops;
}

async function hopOf({ fleet, known, settings }: Knowledge, route: Route, written: string): Promise<Hop | Failure> {
	const [, user, bracketed, port] = WRITTEN.exec(written) ?? [];
	if (bracketed === undefined) return { code: "FS-SSH-CONFIG", detail: `"${written}" is no [user@]host[:port]` };
	const name = bracketed.replace(/^\[|\]$/g, "");
	const config = known.sshConfig?.(name) ?? {};
	const machine = fleet.machines.get(name);
	const place = {
		address: config.hostName ?? machine?.address ?? name,
		port: Number(port ?? config.port ?? machine?.port ?? 22),
	};
	const login = await loginOf(config, route, settings);
	if ("code" in login) return login;
	const approved = machine?.trust.kind === "approved" ? machine.trust.hostKeys : [];
	return {
		machine: name,
		...place,
		user: user ?? config.user ?? route.user,
		hostKeys: [...approved, ...knownKeys(known, name, place)],
		revoked: [...known.knownHosts.revoked],
		keepalive: settings.ssh.keepalive,
		...login,
	};
}

/** The passphrase of the machine at the end goes for the keys on the way, too, as for any key that ssh_config names. */
async function loginOf({ identityFile }: HostConfig, { login }: Route, settings: Settings): Promise<Login | Failure> {
	if (identityFile === undefined) return login;
	const read = await readLogin({ identityFile }, settings);
	return "code" in read || login.passphrase === undefined ? read : { ...read, passphrase: login.passphrase };
}

function knownKeys({ knownHosts }: Known, name: string, { address, port }: Pick<Hop, "address" | "port">) {
	const byName: readonly HostKey[] = keysFor(knownHosts, name, port);
	return byName.length > 0 ? byName : keysFor(knownHosts, address, port);
}
