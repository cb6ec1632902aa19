import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Host } from "./host.ts";
import { Program } from "./program.ts";
import type { Field, Race, Runner, System } from "./system.ts";

/** Of the slowest cable: what a careful hand would set, for the headers and the naks beside. */
const RATE_SHARE = 0.92;

/** Multicast at a rate set by hand, to whoever answers within its announcing. */
export const UFTP = multicast("uftp", () => []);

/** The same with the members named beforehand: it begins as soon as they have answered. */
export const UFTP_NAMED = multicast("uftp-named", (machines) => [
	"-H",
	machines.map(({ address }) => memberId(address)).join(","),
]);

/** The receivers are services that are up already; the start is that of the sender. */
function multicast(name: string, membership: (machines: readonly Host[]) => readonly string[]): System {
	const prepare = async (field: Field): Promise<Race> => {
		const { source, machines, payload } = field;
		const runners = new Map<Host, Runner>();
		for (const host of machines) runners.set(host, await startReceiver(field, host));
		const pids: number[] = [];
		return {
			sourcePids: pids,
			start: async (starting) => {
				const rate = Math.min(...[source, ...starting].map((host) => host.rate));
				const argv = sendCommand(payload.file, { rate, membership: membership(starting) });
				const sender = await Program.start(source, argv, field);
				pids.push(sender.pid);
				return starting.flatMap((host) => runners.get(host) ?? []);
			},
			stop: async () => undefined,
		};
	};
	return { name, packages: [["uftp", "/usr/bin/uftp"]], prepare };
}

async function startReceiver(field: Field, host: Host): Promise<Runner> {
	const folder = join(field.folder, host.name);
	await mkdir(folder);
	const argv = ["uftpd", "-d", "-I", "eth0", "-D", folder, "-B", "4194304"];
	const program = await Program.start(host, argv, field);
	const completed = program.says("File transfer complete");
	return { host, program, file: join(folder, basename(field.payload.file)), completed };
}

/** The shell waits for the sender, which ends when all have it, and so keeps count of what it used. */
function sendCommand(
	file: string,
	{ rate, membership }: { rate: number; membership: readonly string[] },
): readonly string[] {
	const kbps = String(Math.floor((RATE_SHARE * rate) / 1000));
	const uftp = ["uftp", "-I", "eth0", "-R", kbps, "-B", "4194304", ...membership, file];
	return ["sh", "-c", '"$@"; exec sleep infinity', "uftp", ...uftp];
}

/** A receiver is known by its address unless told otherwise. */
function memberId(address: string): string {
	const bytes = address.split(".").map((part) => Number(part).toString(16).padStart(2, "0"));
	return `0x${bytes.join("").toUpperCase()}`;
}
