import type { DetectionRule } from "../model/policy.ts";
import { ask } from "./ask.ts";
import { inspect, SCRIPT_SECONDS } from "./commands/inspect.ts";
import { failed } from "./failed.ts";
import { jobKey } from "./job-key.ts";
import { parseInspected } from "./parse-inspected.ts";
import type { Session } from "./session.ts";
import type { Pushed, Task } from "./task.ts";

/** For reading one file's digest or one package's version. */
const RULE_MS = 120_000;

/**
 * Reads the attempt's job, the staging path, every detection rule, the script of the requirements and what the machine is in one round trip. Errors: FS-SSH-*,
 * FS-DETECT-FAILED.
 */
export async function inspectPackage(session: Session, { spec, ref }: Task, signal: AbortSignal): Promise<Pushed> {
	const { machine } = ref;
	const { script } = spec.requirements;
	const rules: readonly DetectionRule[] = [
		...spec.detection,
		...(script === undefined ? [] : [{ type: "script" as const, script }]),
	];
	const timeoutMs = (SCRIPT_SECONDS * 1000 + RULE_MS) * (1 + rules.length);
	const code = "FS-DETECT-FAILED";
	const [key, { sha256 }] = [jobKey(ref), spec];
	const command = session.shim ? ({ kind: "inspect", key, sha256, rules } as const) : inspect(key, sha256, rules);
	const asked = await ask(command, { session, signal, machine, timeoutMs, code });
	if ("failure" in asked) return { outcome: asked };
	const inspected = parseInspected(asked.answer.toString("utf8"), rules.length);
	if (!inspected) return { outcome: failed(code, `${machine}: detection of ${spec.name} gave no answer`) };
	const { facts, machine: read } = inspected;
	const observations = facts.observations.slice(0, spec.detection.length);
	const requirement = facts.observations[spec.detection.length];
	const seen = { ...facts, observations, ...(requirement ? { requirement } : {}) };
	return { outcome: { kind: "inspected", facts: seen, ...(read ? { machine: read } : {}) } };
}
