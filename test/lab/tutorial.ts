import { readFile } from "node:fs/promises";
import { join } from "node:path";

const PAGE = join(import.meta.dirname, "../../docs/tutorial.md");

/** One fenced block of the page that is run: ```sh controller, or ```sh machine. */
export interface Block {
	readonly where: "controller" | "machine";
	/** A question comes, which a person answers with yes. */
	readonly answersYes: boolean;
	readonly script: string;
}

export async function readTutorial(): Promise<readonly Block[]> {
	const page = await readFile(PAGE, "utf8");
	return [...page.matchAll(/^```sh (controller|machine)( answers-yes)?\n([\s\S]*?)^```$/gm)].map(
		([, where, answer, script = ""]) => ({
			where: where === "machine" ? "machine" : "controller",
			answersYes: answer !== undefined,
			script,
		}),
	);
}
