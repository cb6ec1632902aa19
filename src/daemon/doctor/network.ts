import { once } from "node:events";
import { connect, createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import type { Finding } from "../../console/host-reports.ts";
import { Browser } from "../../discover/browser.ts";
import type { Settings } from "../../policy/parse-settings.ts";
import { good, note, wrong } from "./findings.ts";

/** Answers to mDNS come within a second or so (RFC 6762 section 6). */
const LISTEN_MS = 2_500;
const CONNECT_MS = 2_000;

/** The ports that machines come to: ours if the daemon runs, else free. */
export async function ports({ swarm }: Settings, isRunning: boolean): Promise<readonly Finding[]> {
	const wanted = { "tracker port": swarm.trackerPort, "peer port": swarm.peerPort };
	const host = swarm.address ?? "127.0.0.1";
	return Promise.all(
		Object.entries(wanted).map(([about, port]) => (isRunning ? answers(about, host, port) : isFree(about, port))),
	);
}

async function answers(about: string, host: string, port: number): Promise<Finding> {
	const socket = connect({ host, port, timeout: CONNECT_MS });
	try {
		await once(socket, "connect", { signal: AbortSignal.timeout(CONNECT_MS) });
		return good(about, `${port}/tcp is open here; let machines come to it through any firewall`);
	} catch (error) {
		const saw = `${port}/tcp does not answer at ${host} (${(error as Error).message})`;
		return wrong(about, saw, "See what the daemon says: journalctl -u fleetseed");
	} finally {
		socket.destroy();
	}
}

async function isFree(about: string, port: number): Promise<Finding> {
	const server = createServer();
	try {
		server.listen(port);
		await once(server, "listening");
		return good(about, `${port}/tcp is free for the daemon`);
	} catch (error) {
		const key = about.replace(" ", "_");
		return wrong(
			about,
			`${port}/tcp is taken (${(error as Error).message})`,
			`Stop who has it (ss -tlnp), or set swarm.${key}.`,
		);
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
	return good(about, `${seen.size} machines answer`);
}
