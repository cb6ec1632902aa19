import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../lab/command.ts";

/**
 * The first process of a pid namespace: runs a program, ends whatever the program leaves behind (ansible's shared connections live on for a
 * minute), waits for all of it, and writes wall seconds, the CPU seconds of all these processes, and the exit code. perl is on every Debian.
 */
const METER = `use Time::HiRes qw(time); my $told = shift; my $began = time; my $pid = fork;
if (!$pid) { exec @ARGV; exit 127 }
1 while wait != $pid; my ($code, $wall) = ($?, time - $began);
kill "TERM", -1; 1 while wait != -1; my (undef, undef, $user, $system) = times;
open(my $file, ">", $told); printf $file "%.3f %.2f %d", $wall, $user + $system, $code >> 8;`;

export interface Metered {
	readonly wallSeconds: number;
	/** User and system, of the program and all that it started. */
	readonly cpuSeconds: number;
	readonly code: number;
	readonly output: string;
}

/** Runs a program to its end and says what it took, by wait(2) and not by samples. */
export async function metered(
	argv: readonly string[],
	options: { readonly folder: string; readonly env: Readonly<Record<string, string>>; readonly signal: AbortSignal },
): Promise<Metered> {
	const { folder, env, signal } = options;
	await mkdir(folder, { recursive: true });
	const [meter, told] = [join(folder, "meter.pl"), join(folder, "metered")];
	await writeFile(meter, METER);
	const own = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"];
	const { stdout, stderr } = await run([...own, "perl", meter, told, ...argv], { timeoutMs: 1_800_000, signal, env });
	const [wallSeconds = Number.NaN, cpuSeconds = Number.NaN, code = -1] = (await readFile(told, "utf8"))
		.split(" ")
		.map(Number);
	return { wallSeconds, cpuSeconds, code, output: `${stdout}${stderr}` };
}
