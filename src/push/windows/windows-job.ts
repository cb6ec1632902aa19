import { QUOTINGS, type ShimJob } from "../../model/shim.ts";
import type { Job } from "../job.ts";

/** What our program on Windows is told to do; a program that is none of Windows' is the policy's own command. */
export function windowsJob({ act, fence, staged, timeoutMs, maxOutputBytes, hooks, success, about }: Job): ShimJob {
	return {
		fence: fence ?? null,
		staged: staged ?? null,
		timeoutMs,
		maxOutputBytes: maxOutputBytes ?? null,
		words: staged === undefined ? removalWords(act.words) : act.words,
		quoting: QUOTINGS.find((quoting) => quoting === act.program) ?? "argv",
		hooks: {
			preInstall: hooks?.preInstall ?? "",
			postInstall: hooks?.postInstall ?? "",
			onFailure: hooks?.onFailure ?? "",
		},
		success: success ?? [],
		about: about ?? { name: "", version: "" },
	};
}

/** A removal opens no package, and its words do not say where the program is: after those of the environment. */
function removalWords(words: readonly string[]): readonly string[] {
	const variables = words.findIndex((word) => !/^[A-Za-z_][A-Za-z0-9_]*=/.test(word));
	return ["", "", String(variables + 1), ...words];
}
