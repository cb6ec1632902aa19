import { MACHINE_FACTS } from "../scripts/machine.ts";
import { STATE } from "../scripts/state.ts";
import { script } from "./script.ts";

const READ = `${STATE}${MACHINE_FACTS}
machine_facts
`;

/** Reads what the machine is; changes nothing. */
export function readFacts(): readonly string[] {
	return script(READ);
}
