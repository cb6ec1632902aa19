import { setTimeout as wait } from "node:timers/promises";
import { ApiError } from "../client.ts";
import type { Context } from "./context.ts";

const ASK_AGAIN_MS = 1_000;

/** What the daemon answers, once it does: that it does not, as while it is started again, is told once. */
export async function patiently<Answer>({ terminal }: Context, ask: () => Promise<Answer>): Promise<Answer> {
	for (let isTold = false; ; isTold = true) {
		const answer = await ask().catch((error: Error) => error);
		if (!(answer instanceof Error)) return answer;
		if (!(answer instanceof ApiError) || answer.isAnswer) throw answer;
		const hint = "It goes on when the daemon is back; Ctrl-C ends it.";
		if (!isTold) terminal.complain({ code: answer.code, message: answer.message, hint });
		await wait(ASK_AGAIN_MS);
	}
}
