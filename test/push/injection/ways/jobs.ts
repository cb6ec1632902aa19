import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { jobJson, startWords } from "../../../../src/push/job.ts";
import { quote } from "../../../../src/push/quote.ts";
import { ECHO, type Ground } from "../ground.ts";
import { runIn } from "../shells.ts";

/** The job's data, read and run by the shim in each shell, with the policy's hooks around it. */
export async function job({ shell, batch, folder, env, count, compare }: Ground): Promise<void> {
	const state = join(folder, "state");
	const place = join(state, "jobs", "job");
	await rm(place, { recursive: true, force: true });
	await mkdir(place, { recursive: true });
	await mkdir(join(state, "shim"), { recursive: true });
	const about = { name: batch[0] ?? "", version: batch.at(-1) ?? "" };
	const told = 'printf "%s\\001%s\\001" "$FLEETSEED_PACKAGE" "$FLEETSEED_VERSION"';
	const says = quote(["printf", "%s\\001", ...batch]);
	const hooks = { preInstall: `${told}; ${says}`, postInstall: `${says}; exit 3`, onFailure: says };
	const given = { act: { program: ECHO, words: batch }, timeoutMs: 1_000, about, hooks, success: [0] };
	const [, shim = "", program = "", text = ""] = startWords(given);
	await writeFile(join(state, "shim", program), text);
	await writeFile(join(state, "shim", "shim"), shim);
	await writeFile(join(place, "job.json"), jobJson(given));
	const { stdout } = runIn(shell, [join(state, "shim", "shim"), "act", place], env);
	count("job words", batch.length);
	count("package name and version, as hooks are told", 2);
	for (const hook of Object.keys(hooks)) count(`hook ${hook}`, batch.length);
	const expected = [about.name, about.version, ...batch, ...batch, ...batch, ...batch];
	compare("job", stdout.split("\x01"), expected);
}
