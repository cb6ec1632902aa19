import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { COMPLETION_SCRIPTS, type Shell } from "../../src/console/completion-scripts.ts";
import { MAIN } from "../console/command-line.ts";

/** What each shell would offer after these words, one on a line. */
const ASKED: Readonly<Record<Shell, { readonly argv: readonly string[]; readonly ask: string }>> = {
	bash: {
		argv: ["bash", "--norc", "-c"],
		ask: `COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _fleetseed; printf "%s\\n" "\${COMPREPLY[@]}"`,
	},
	zsh: {
		argv: ["zsh", "-f", "-c"],
		ask: `words=("$@"); CURRENT=$#; _describe() { print -l -- "\${(P@)2}" }; _files() { : }; _fleetseed`,
	},
	fish: { argv: ["fish", "--no-config", "-c"], ask: 'complete --do-complete "$argv"' },
};
let folder = "";

before(async () => {
	folder = await mkdtemp(join(tmpdir(), "fleetseed-shells-"));
	const program = join(folder, "fleetseed");
	await writeFile(
		program,
		`#!/bin/sh\nexec '${process.execPath}' --disable-warning=ExperimentalWarning '${MAIN}' "$@"\n`,
	);
	await chmod(program, 0o755);
	for (const [shell, script] of Object.entries(COMPLETION_SCRIPTS)) await writeFile(join(folder, shell), script);
});
after(() => rm(folder, { recursive: true }));

/** The words that are offered, without what they mean; in order, as fish puts them. */
function offered(shell: Shell, ...words: readonly string[]): readonly string[] {
	const { argv, ask } = ASKED[shell];
	const [program = "", ...options] = argv;
	// zsh has this from its own loading of completions.
	const load = shell === "zsh" ? "compdef() { : }; " : "";
	const script = `${load}source '${join(folder, shell)}'; ${ask}`;
	const env = { PATH: `${folder}:${process.env.PATH}`, HOME: folder, FLEETSEED_SOCKET: join(folder, "nobody.sock") };
	const { stdout, stderr, status } = spawnSync(
		program,
		[...options, script, ...(shell === "fish" ? [] : ["-"]), ...words],
		{ encoding: "utf8", env },
	);
	assert.equal(status, 0, stderr);
	return stdout
		.trim()
		.split("\n")
		.map((line) => line.split(/[\t:]/)[0] ?? "")
		.sort();
}

for (const shell of ["bash", "zsh", "fish"] as const) {
	const isLacking = spawnSync(shell, ["--version"]).error !== undefined;
	test(`${shell} offers the command line's own words`, { skip: isLacking && `no ${shell} here` }, () => {
		assert.deepEqual(offered(shell, "fleetseed", "machines", "ap"), ["approve"]);
		assert.deepEqual(offered(shell, "fleetseed", "completion", ""), ["bash", "fish", "zsh"]);
		assert.ok(offered(shell, "fleetseed", "status", "--").includes("--watch"));
	});
}
