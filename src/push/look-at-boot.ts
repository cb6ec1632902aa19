import { ask, linesOf } from "./ask.ts";
import { SCRIPT_SECONDS } from "./commands/inspect.ts";
import { lookAfterBoot } from "./commands/look-after-boot.ts";
import { type Failed, failed } from "./failed.ts";
import { isBootId } from "./parse-machine-facts.ts";
import type { Rebooting } from "./rebooting.ts";

const LOOK_MS = SCRIPT_SECONDS * 1000 + 30_000;

/** The machine's boot, and the test's exit code in it: null when it was not run, in the boot that must end. */
export type Look = { readonly kind: "looked"; readonly bootId: string; readonly testCode: number | null } | Failed;

/** Errors: FS-SSH-*, FS-REBOOT-REFUSED (it does not tell its boot id). */
export async function lookAtBoot({ sessions, target, task }: Rebooting, signal: AbortSignal): Promise<Look> {
	const { step, reboot } = task;
	const { machine } = target;
	const code = "FS-REBOOT-REFUSED";
	const argv = lookAfterBoot(step.bootId, { command: reboot.testCommand ?? "", seconds: SCRIPT_SECONDS });
	const asked = await sessions.use(target, signal, (session, ending) =>
		ask(argv, { session, signal: ending, machine, timeoutMs: LOOK_MS, code }),
	);
	if ("failure" in asked) return asked;
	const [[, bootId = ""] = [], [, testCode = ""] = []] = linesOf(asked.answer);
	if (!isBootId(bootId)) return failed(code, `${machine}: its boot id could not be read`);
	return { kind: "looked", bootId, testCode: /^\d{1,3}$/.test(testCode) ? Number(testCode) : null };
}
