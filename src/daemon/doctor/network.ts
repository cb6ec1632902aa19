import { once } from "node:events";
import { connect, createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { counted } from "../../console/counted.ts";
import type { Finding } from "../../console/host-reports.ts";
import { Browser } from "../../discover/browser.ts";
import type { Settings } from "../../policy/parse-settings.ts";
import { good, note, wrong } from "./findings.ts";

/** Answers to mDNS come within a second or so (RFC 6762 section 6). */
const LISTEN_MS = 2_500;
const CONNECT_MS = 2_000;

interface Port {
	readonly about: string;
	/** Where the daemon listens; absent: on every address. */
	readonly host?: string;
	readonly port: number;
	/** In the configuration. */
	readonly key: string;
}

const EVERY_ADDRESS: readonly (string | undefined)[] = [undefined, "0.0.0.0", "::"];

/** Unknown: who asks may not open the daemon's socket. */
export type DaemonSeen = "runs" | "off" | "unknown";

/** The ports that machines and people come to: ours if the daemon runs, else free. */
export async function ports({ swarm, api }: Settings, seen: DaemonSeen): Promise<readonly Finding[]> {
	const at = swarm.address === undefined ? {} : { host: swarm.address };
	const wanted: readonly Port[] = [
		{ about: "tracker port", ...at, port: swarm.trackerPort, key: "swarm.tracker_port" },
		{ about: "peer port", ...at, port: swarm.peerPort, key: "swarm.peer_port" },
		...(api && api.port !== 0 ? [{ about: "api port", host: api.host, port: api.port, key: "api.listen" }] : []),
	];
	return Promise.all(wanted.map((each) => (seen === "runs" ? answers(each) : isFree(each, seen))));
}

async function answers({ about, host: own, port }: Port): Promise<Finding> {
	const host = own === undefined || EVERY_ADDRESS.includes(own) ? "127.0.0.1" : own;
	const socket = connect({ host, port, timeout: CONNECT_MS });
	try {
		await once(socket, "connect", { signal: AbortSignal.timeout(CONNECT_MS) });
		return good(about, `${port}/tcp is open here; let those come to it who are to, through any firewall`);
	} catch (error) {
		const saw = `${port}/tcp does not answer at ${host} (${(error as Error).message})`;
		return wrong(about, saw, "See what the daemon says: journalctl -u fleetseed");
	} finally {
		socket.destroy();
	}
}

async function isFree({ about, host, port, key }: Port, seen: DaemonSeen): Promise<Finding> {
	const server = createServer();
	try {
		server.listen({ port, ...(host === undefined ? {} : { host }) });
		await once(server, "listening");
		return good(about, `${port}/tcp is free for the daemon`);
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		if (seen === "unknown" && code === "EADDRINUSE")
			return note(
				about,
				`${port}/tcp is taken, by the daemon or by another program`,
				"Run this as root to know which.",
			);
		const saw = `${port}/tcp cannot be had (${message})`;
		return wrong(about, saw, `Stop who has it (ss -tlnp), or set ${key}.`);
	} finally {
		server.close();
	}
}

/** Asks once over mDNS, as the daemon does, and counts who answers. */
export async function discovery({ discovery: { enabled, interfaces } }: Settings): Promise<Finding> {
	const about = "mDNS";
	if (!enabled) return note(about, "discovery.enabled is false", "Only machines in the inventory are known.");
	const seen = new Set<string>();
	const problems: string[] = [];
	const browser = new Browser({
		interfaces,
		onEvent: (event) => seen.add(event.machine),
		onProblem: (detail) => problems.push(detail),
		now: Date.now,
	});
	await browser.start();
	await wait(LISTEN_MS);
	await browser.stop();
	if (problems.length > 0)
		return wrong(
			about,
			problems.join("; "),
			"Check discovery.interfaces, and that 5353/udp is not kept by one program alone (ss -ulnp).",
		);
	if (seen.size === 0)
		return note(
			about,
			"nobody answers",
			"Let 5353/udp through the firewall, and let machines announce _ssh._tcp (avahi-daemon); or list them in the inventory.",
		);
	return good(about, `${counted(seen.size, "machine")} ${seen.size === 1 ? "answers" : "answer"}`);
}
