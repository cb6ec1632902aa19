import { createInterface } from "node:readline/promises";

/** A question to the person at the terminal: yes only for a plain yes. Ctrl-D is a no, and Ctrl-C ends us as it ends any command. */
export async function ask(question: string): Promise<boolean> {
	const lines = createInterface({ input: process.stdin, output: process.stdout });
	lines.once("SIGINT", () => {
		// Which gives the terminal back as it was.
		lines.close();
		process.kill(process.pid, "SIGINT");
	});
	const answer = await lines.question(question).catch(unanswered);
	lines.close();
	return /^y(es)?$/i.test(answer.trim());
}

function unanswered(error: Error): string {
	if (error.name !== "AbortError") throw error;
	// The cursor is still behind the question.
	process.stdout.write("\n");
	return "";
}
