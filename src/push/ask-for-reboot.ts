import { requestReboot } from "./commands/request-reboot.ts";
import { type Failed, failed } from "./failed.ts";
import type { Rebooting } from "./rebooting.ts";

/** A shutdown may wait for an answer of init for half a minute before it gives up. */
const REQUEST_MS = 60_000;
const MAX_ANSWER_BYTES = 4_096;

/** taken: it goes down.   unknown: the connection was lost, perhaps because it goes down. */
type Answer = { readonly kind: "taken" | "unknown" } | Failed;

/** Errors: FS-REBOOT-USERS, FS-REBOOT-REFUSED. */
export async function askForReboot({ sessions, target, task, signal }: Rebooting): Promise<Answer> {
	const { step, reboot } = task;
	const sparesUsers = step.honoursUsers && reboot.skipIfUsers;
	const message = `fleetseed: this machine restarts now, as the rollout ${step.rollout} asks`;
	const request = { bootId: step.bootId, sparesUsers, message };
	const ran = await sessions.use(target, signal, (session, ending) => {
		const options = { signal: ending, timeoutMs: REQUEST_MS, maxOutputBytes: MAX_ANSWER_BYTES };
		const { shim } = session;
		return shim ? shim.ask({ kind: "reboot", ...request }, options) : session.run(requestReboot(request), options);
	});
	return ran.kind === "failed" ? { kind: "unknown" } : readAnswer(target.machine, ran.stdout.toString("utf8"));
}

/** No answer, though the connection lives: our script was ended, as everything is on a machine that goes down. */
function readAnswer(machine: string, answer: string): Answer {
	const [line = ""] = answer.split("\n");
	const users = /^users (\d{1,6})$/.exec(line)?.[1];
	if (users !== undefined) return failed("FS-REBOOT-USERS", `${machine}: ${users} logged in`);
	if (line.startsWith("refused")) {
		const said = line.slice("refused ".length, 200);
		return failed("FS-REBOOT-REFUSED", `${machine}: ${said || "shutdown, systemctl and reboot all refused"}`);
	}
	return { kind: line === "taken" ? "taken" : "unknown" };
}
