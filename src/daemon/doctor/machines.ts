import { counted, someOf } from "../../console/counted.ts";
import type { Finding } from "../../console/host-reports.ts";
import { unnamed } from "../../plan/unnamed.ts";
import { Pusher } from "../../push/pusher.ts";
import { good, note, wrong } from "./findings.ts";

export interface Known {
	readonly name: string;
	readonly address: string;
	readonly port: number;
	readonly trust: string;
	/** As `type fingerprint`; empty: none is pinned. */
	readonly keys: readonly string[];
}

/** A handshake each, and sshd counts those: enough to see a firewall or a wrong port by. */
const MOST = 64;
const AT_ONCE = 16;
const SCAN_MS = 10_000;

/** Whether sshd answers at the machines that are known, with the key that is pinned. It never authenticates. */
export async function sshd(machines: readonly Known[]): Promise<readonly Finding[]> {
	const about = "sshd";
	if (machines.length === 0)
		return [note(about, "no machine is known", "They appear as they announce themselves, or from the inventory.")];
	const looked = machines.slice(0, MOST);
	const rest = looked.values();
	const silent: { readonly name: string; readonly detail: string }[] = [];
	const changed: string[] = [];
	const worker = async () => {
		for (const machine of rest) {
			const scanned = await new Pusher({ sessions: 1, seedSeconds: 1 }).scanHostKey(
				machine,
				AbortSignal.timeout(SCAN_MS),
			);
			if (scanned.kind === "failed")
				silent.push({ name: machine.name, detail: unnamed(machine.address, scanned.failure).detail });
			else if (isOther(machine, scanned.hostKey.fingerprint)) changed.push(machine.name);
		}
	};
	await Promise.all(Array.from({ length: AT_ONCE }, worker));
	const of = looked.length < machines.length ? ` of the first ${looked.length}` : "";
	const answering = looked.length - silent.length;
	return [
		...(answering === 0
			? []
			: [good(about, `${counted(answering, "machine")}${of} ${answering === 1 ? "answers" : "answer"}`)]),
		...(silent.length === 0
			? []
			: [
					note(
						about,
						`${someOf(silent.map(({ name }) => name))} ${silent.length === 1 ? "does" : "do"} not answer: ${silent[0]?.detail}`,
						"Switch them on, start sshd, or let this computer through their firewall; they are brought up when they are back.",
					),
				]),
		...(changed.length === 0
			? []
			: [
					wrong(
						about,
						`${someOf(changed)}: another host key than the one approved is shown`,
						"If they were rebuilt, compare fingerprints on their consoles, then: fleetseed machines approve NAME",
					),
				]),
	];
}

function isOther({ trust, keys }: Known, fingerprint: string): boolean {
	return trust === "approved" && keys.length > 0 && !keys.some((line) => line.includes(fingerprint));
}
