const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** Medians of what steps take in a modelled fleet, ms. Deliveries are those of a swarm on a LAN. */
export const DURATIONS = {
	inspect: 0.5 * SECOND,
	acquire: 2 * MINUTE,
	deliver: 20 * SECOND,
	install: 45 * SECOND,
	reboot: 75 * SECOND,
	/** Until a connection to a machine that is off has failed. */
	noAnswer: 10 * SECOND,
} as const;
