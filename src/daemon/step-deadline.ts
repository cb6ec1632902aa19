import type { Outcome } from "../model/event.ts";
import type { FactsStep, MachineStep } from "../model/step.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** The longest that a step on a machine may take as a whole, whatever its parts take; beyond what each of them is given. */
export function stepLimitMs(step: FactsStep | MachineStep, installTimeoutMs: number): number {
	switch (step.kind) {
		case "read_facts":
			return 10 * MINUTE_MS;
		case "inspect":
			return HOUR_MS;
		case "deliver":
			return 48 * HOUR_MS;
		case "install":
		case "follow":
			return installTimeoutMs + HOUR_MS;
	}
}

/** Does it within its limit. Errors: FS-SSH-STEP-TIMEOUT; what was begun on the machine may go on there. */
export async function withinLimit(
	{ machine, limitMs, signal }: { readonly machine: string; readonly limitMs: number; readonly signal: AbortSignal },
	act: (signal: AbortSignal) => Promise<Outcome>,
): Promise<Outcome> {
	const deadline = AbortSignal.timeout(limitMs);
	const outcome = await act(AbortSignal.any([signal, deadline]));
	if (!deadline.aborted || signal.aborted || outcome.kind !== "failed") return outcome;
	const detail = `${machine}: the step took longer than ${limitMs / 1000} s`;
	return { kind: "failed", failure: { code: "FS-SSH-STEP-TIMEOUT", detail } };
}
