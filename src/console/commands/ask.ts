import { createInterface } from "node:readline/promises";

/** A question to the person at the terminal: yes only for a plain yes. */
export async function ask(question: string): Promise<boolean> {
	const lines = createInterface({ input: process.stdin, output: process.stdout });
	const answer = await lines.question(question);
	lines.close();
	return /^y(es)?$/i.test(answer.trim());
}
