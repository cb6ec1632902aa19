import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { COMPLETION_SCRIPTS, type Shell } from "../../../console/completion-scripts.ts";
import type { Release } from "../control.ts";
import { writePacked } from "../documents.ts";
import { commandPage } from "./command-page.ts";
import { policyPage, settingsPage } from "./format-page.ts";

/** Where each shell of Debian's looks for what packages bring. */
const COMPLETIONS: Readonly<Record<Shell, string>> = {
	bash: "usr/share/bash-completion/completions/fleetseed",
	zsh: "usr/share/zsh/vendor-completions/_fleetseed",
	fish: "usr/share/fish/vendor_completions.d/fleetseed.fish",
};

/** Manual pages and the shells' completion. */
export async function stageManual(root: string, release: Release): Promise<void> {
	await writePacked(join(root, "usr/share/man/man1/fleetseed.1.gz"), commandPage(release));
	await writePacked(join(root, "usr/share/man/man5/fleetseed.yaml.5.gz"), settingsPage(release));
	await writePacked(join(root, "usr/share/man/man5/fleetseed-policy.5.gz"), policyPage(release));
	for (const [shell, place] of Object.entries(COMPLETIONS)) {
		await mkdir(dirname(join(root, place)), { recursive: true });
		await writeFile(join(root, place), COMPLETION_SCRIPTS[shell as Shell]);
	}
}
