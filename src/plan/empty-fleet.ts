import type { Fleet } from "../model/fleet.ts";

/** What is known before the first event. */
export const EMPTY_FLEET: Fleet = {
	machines: new Map(),
	identities: new Map(),
	policies: new Map(),
	packages: new Map(),
	rollouts: new Map(),
	running: new Map(),
	pause: null,
};
