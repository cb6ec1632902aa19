/** The swarm process is away or does not answer. It restarts by itself, so the call may be made again. */
export class SwarmDown extends Error {
	readonly code = "FS-SWARM-DOWN";

	constructor(detail: string) {
		super(`FS-SWARM-DOWN: ${detail}`);
		this.name = "SwarmDown";
	}
}
