import { spawnSync } from "node:child_process";

/** Shells that may be a machine's /bin/sh or somebody's login shell, each as Debian has it. */
const SHELLS: readonly (readonly string[])[] = [
	["dash"],
	["bash"],
	["bash", "--posix"],
	["busybox", "sh"],
	["zsh", "--emulate", "sh"],
	["mksh"],
	["ksh93"],
];

/** Those that this machine has. */
export function shellsHere(): readonly (readonly string[])[] {
	return SHELLS.filter(([program = "", ...args]) => spawnSync(program, [...args, "-c", "exit 0"]).status === 0);
}

export interface Ran {
	readonly stdout: string;
	readonly stderr: string;
	readonly status: number | null;
}

export function runIn(
	shell: readonly string[],
	args: readonly string[],
	env: Readonly<Record<string, string>>,
	input = "",
): Ran {
	const [program = "", ...words] = shell;
	const { stdout, stderr, status } = spawnSync(program, [...words, ...args], {
		encoding: "utf8",
		input,
		env: { PATH: "/usr/bin:/bin", LC_ALL: "C.UTF-8", ...env },
		maxBuffer: 2 ** 26,
	});
	return { stdout, stderr, status };
}
