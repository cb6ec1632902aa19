import { ask, linesOf } from "./ask.ts";
import { SCRIPT_SECONDS } from "./commands/inspect.ts";
import { lookAfterBoot } from "./commands/look-after-boot.ts";
import { type Failed, failed } from "./failed.ts";
import { isBootId } from "./parse-machine-facts.ts";
import type { Rebooting } from "./rebooting.ts";
import type { Session } from "./session.ts";

const LOOK_MS = SCRIPT_SECONDS * 1000 + 30_000;

/** The machine's boot, and the test's exit code in it: null when it is the boot that must end, or when the test gave no answer. */
export type Look = { readonly kind: "looked"; readonly bootId: string; readonly testCode: number | null } | Failed;

/** Errors: FS-SSH-*, FS-REBOOT-REFUSED (it does not tell its boot id). */
export async function lookAtBoot(rebooting: Rebooting, signal: AbortSignal): Promise<Look> {
	const seen = await look(rebooting, "", signal);
	const { testCommand } = rebooting.task.reboot;
	if ("failure" in seen || seen.testCode === null || testCommand === undefined) return seen;
	// That it is back is known by now, however long the test takes.
	const tested = await look(rebooting, testCommand, signal);
	return "failure" in tested ? { ...seen, testCode: null } : tested;
}

async function look({ sessions, target, task }: Rebooting, command: string, signal: AbortSignal): Promise<Look> {
	const { machine } = target;
	const code = "FS-REBOOT-REFUSED";
	const { bootId: old } = task.step;
	const seconds = SCRIPT_SECONDS;
	const commandFor = ({ shim }: Session) =>
		shim
			? ({ kind: "boot", bootId: old, script: command, seconds } as const)
			: lookAfterBoot(old, { command, seconds });
	const asked = await sessions.use(target, signal, (session, ending) =>
		ask(commandFor(session), { session, signal: ending, machine, timeoutMs: LOOK_MS, code }),
	);
	if ("failure" in asked) return asked;
	const [[, bootId = ""] = [], [, testCode = ""] = []] = linesOf(asked.answer);
	if (!isBootId(bootId)) return failed(code, `${machine}: its boot id could not be read`);
	return { kind: "looked", bootId, testCode: /^\d{1,3}$/.test(testCode) ? Number(testCode) : null };
}
