import { waitFor } from "../wait.ts";
import type { Rounds } from "./rounds.ts";

const HOLDS_WITHIN_MS = 30_000;

/** Holds dpkg's lock as another dpkg would, by fcntl, for so many seconds. */
const HOLD = `use Fcntl; $0 = "stranger"; open(my $lock, "+>>", "/var/lib/dpkg/lock-frontend") or die;
my $whole = pack("s s x4 q q l x4", F_WRLCK, 0, 0, 0, 0); fcntl($lock, F_SETLK, $whole) or die "held: $!"; system("touch /run/held"); sleep $ARGV[0]; unlink "/run/held";`;

export interface HeldLock {
	readonly waitedSeconds: number;
	/** What the installer printed of it. */
	readonly said: string;
	readonly holds: boolean;
}

/** A stranger holds the lock on one machine: the install waits, says who holds it, and goes on. */
export async function heldLock(rounds: Rounds, seconds: number): Promise<HeldLock> {
	const { trial } = rounds;
	const [machine] = trial.lab.machines;
	if (!machine) throw new Error("no machine");
	const holder = machine.run(["perl", "-e", HOLD, String(seconds)]);
	const isHeld = async () => ((await machine.run(["test", "-e", "/run/held"])).code === 0 ? true : null);
	const { signal } = trial.lab;
	await waitFor(isHeld, { what: "the stranger has the lock", timeoutMs: HOLDS_WITHIN_MS, signal });
	const began = performance.now();
	await rounds.waitUntilDone(await rounds.next());
	const waitedSeconds = Math.round((performance.now() - began) / 1000);
	const { code, stderr } = await holder;
	if (code !== 0) throw new Error(`the stranger did not hold the lock to the end: ${stderr}`);
	const { stdout } = await trial.controller.fleetseed(["logs", machine.name]);
	const said = stdout.split("\n").find((line) => line.includes("waiting for /var/lib/dpkg/lock")) ?? "";
	const namesHolder = /which process \d+ \(stranger\) holds/.test(said);
	return { waitedSeconds, said, holds: namesHolder && waitedSeconds >= seconds - 2 && stdout.includes("going on") };
}
