import { must } from "../../lab/command.ts";
import type { Figure } from "../figures.ts";
import type { Agent } from "./agent.ts";

const TICKS_PER_SECOND = 100;
/** proc(5): user and system time of children that were waited for, counted from the state on. */
const [FIRST, AFTER_LAST] = [13, 15];

/**
 * What only starting our peer costs a processor. Where many machines share the benchmark's few cores they queue for it,
 * each of them within the time that is measured; on machines of their own they do not.
 */
export async function bootFigure(agent: Agent): Promise<Figure> {
	const script = '"$@" > /dev/null; cat /proc/$$/stat';
	const stat = await must(["sh", "-c", script, "sh", ...agent, "fetch", "--help"]);
	const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
	const ticks = fields.slice(FIRST, AFTER_LAST).reduce((sum, field) => sum + Number(field), 0);
	return { what: "our peer's start alone, CPU", value: ticks / TICKS_PER_SECOND, unit: "s" };
}
