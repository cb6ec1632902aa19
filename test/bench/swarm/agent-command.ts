import { fileURLToPath } from "node:url";

const SOURCE = fileURLToPath(new URL("../../../src/agent/main.ts", import.meta.url));

/** How our peer is started on a machine: `agent` is its single executable; without one it runs from the sources. */
export function agentCommand(agent: string | null): readonly string[] {
	return agent === null ? [process.execPath, "--disable-warning=ExperimentalWarning", SOURCE] : [agent];
}
