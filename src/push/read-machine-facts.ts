import { ask } from "./ask.ts";
import { readFacts } from "./commands/read-facts.ts";
import { failed } from "./failed.ts";
import { parseMachineFacts } from "./parse-machine-facts.ts";
import type { Session } from "./session.ts";
import type { Pushed } from "./task.ts";

const READ_MS = 120_000;

/** Reads what the machine is in one round trip. Errors: FS-SSH-*, FS-FACTS-FAILED. */
export async function readMachineFacts(session: Session, machine: string, signal: AbortSignal): Promise<Pushed> {
	const code = "FS-FACTS-FAILED";
	const asked = await ask(session.shim ? { kind: "facts" } : readFacts(), {
		session,
		signal,
		machine,
		timeoutMs: READ_MS,
		code,
	});
	if ("failure" in asked) return { outcome: asked };
	const facts = parseMachineFacts(asked.answer.toString("utf8").split("\n"));
	if (!facts) return { outcome: failed(code, `${machine}: what it is could not be read`) };
	return { outcome: { kind: "facts_read", machine: facts } };
}
