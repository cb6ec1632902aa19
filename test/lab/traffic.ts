import type { Lab } from "./lab.ts";
import type { Counters, Link } from "./network.ts";

export interface Traffic {
	/** Bodies sent by the origin, as nginx's log says. */
	readonly originBytes: number;
	/** All that left the controller's cable, SSH and headers included. */
	readonly controllerUplinkBytes: number;
	/** What machines sent to each other: all that they sent, less what reached the controller from them. */
	readonly peerBytes: number;
}

interface Reading {
	readonly originBodies: number;
	readonly controller: Counters;
	readonly origin: Counters;
	readonly machinesSent: number;
}

/** Begins to count; the answer tells what has passed since. */
export async function meterTraffic(lab: Lab): Promise<() => Promise<Traffic>> {
	const before = await read(lab);
	return async () => {
		const after = await read(lab);
		const machinesSent = after.machinesSent - before.machinesSent;
		const received = after.controller.receivedBytes - before.controller.receivedBytes;
		const fromOrigin = after.origin.sentBytes - before.origin.sentBytes;
		return {
			originBytes: after.originBodies - before.originBodies,
			controllerUplinkBytes: after.controller.sentBytes - before.controller.sentBytes,
			peerBytes: Math.max(0, machinesSent - Math.max(0, received - fromOrigin)),
		};
	};
}

async function read({ network, origin, controllerLink, originLink, machines }: Lab): Promise<Reading> {
	const counters = (link: Link) => network.counters(link);
	const sent = await Promise.all(machines.map(async ({ link }) => (await counters(link)).sentBytes));
	return {
		originBodies: await origin.sentBytes(),
		controller: await counters(controllerLink),
		origin: await counters(originLink),
		machinesSent: sent.reduce((sum, bytes) => sum + bytes, 0),
	};
}
