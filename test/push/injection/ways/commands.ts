import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { appendPackage } from "../../../../src/push/commands/append-package.ts";
import { awaitTransport } from "../../../../src/push/commands/await-transport.ts";
import { cleanMachine } from "../../../../src/push/commands/clean-machine.ts";
import { followJob } from "../../../../src/push/commands/follow-job.ts";
import { inspect } from "../../../../src/push/commands/inspect.ts";
import { lookAfterBoot } from "../../../../src/push/commands/look-after-boot.ts";
import { readDeliveryFacts } from "../../../../src/push/commands/read-delivery-facts.ts";
import { receiveHelper } from "../../../../src/push/commands/receive-helper.ts";
import { requestReboot } from "../../../../src/push/commands/request-reboot.ts";
import { startJob } from "../../../../src/push/commands/start-job.ts";
import { startTransport } from "../../../../src/push/commands/start-transport.ts";
import { stopJob } from "../../../../src/push/commands/stop-job.ts";
import { jobKey } from "../../../../src/push/job-key.ts";
import { quote } from "../../../../src/push/quote.ts";
import { NO_LIMITS, taskOf } from "../../lab.ts";
import type { Ground } from "../ground.ts";
import { runIn } from "../shells.ts";

const BOOT = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();

/** By the file of our command: its words, with a payload wherever something of a policy's, a machine's or a rollout's stands. */
const COMMANDS: Readonly<Record<string, readonly ((word: string) => readonly string[])[]>> = {
	"append-package": [(word) => appendPackage({ sha256: word, offsetBytes: 0, sizeBytes: 3 })],
	"await-transport": [(word) => awaitTransport(word, word, 0)],
	"clean-machine": [(word) => cleanMachine({ packages: [word], jobs: [word] })],
	"follow-job": [(word) => followJob(word, 0)],
	"look-after-boot": [(word) => lookAfterBoot(word, { command: "", seconds: 1 })],
	"read-delivery-facts": [(word) => readDeliveryFacts(word)],
	"receive-helper": [(word) => receiveHelper(word, 3)],
	"request-reboot": [(word) => requestReboot({ bootId: word, sparesUsers: true, message: word })],
	"start-job": [(word) => startJob(word, { act: { program: ":", words: [word] }, timeoutMs: 1 }, 0)],
	"start-transport": [
		(word) =>
			startTransport({ sha256: word, sizeBytes: 3, method: "http", helper: word, seedSeconds: 1, rates: NO_LIMITS }),
	],
	"stop-job": [(word) => stopJob(word)],
};

/** Those files of src/push/commands whose commands the payloads go through. */
export const COMMANDS_TRIED: readonly string[] = [...Object.keys(COMMANDS), "inspect"];

/** What stands there are digests, keys and boot ids of a few letters each, whatever a policy says: one payload in ten will do. */
const ONE_IN = 10;

/** Our fixed commands, with a payload in every word that is not ours, and on their stdin. */
export function commands({ shell, share, env, count }: Ground): void {
	const some = share.filter((_, index) => index % ONE_IN === 0);
	for (const [name, calls] of Object.entries(COMMANDS))
		for (const call of calls)
			for (const word of some) {
				runIn(shell, ["-c", quote(asRunBy(shell, call(word)))], env, word);
				count(`command ${name}`, 1);
			}
}

/** Every rule of a package's detection. */
export function detection({ shell, batch, env, count }: Ground): void {
	const rules = batch.flatMap(
		(word) =>
			[
				{ type: "package", name: word, version: word },
				{ type: "file", path: word, sha256: word },
			] as const,
	);
	const [name = ""] = batch;
	const key = jobKey({ ...taskOf().ref, package: name });
	runIn(shell, ["-c", quote(asRunBy(shell, inspect(key, name, rules)))], env);
	count("job key", 1);
	count("detection package", batch.length);
	count("detection path", batch.length);
}

/** Scripts of a policy are code, and exactly that code: here it writes down words that are none. */
export function scripts({ shell, batch, folder, env, count, compare }: Ground): void {
	const said = join(folder, "said");
	const text = `${quote(["printf", "%s\\001", ...batch])} > ${quote([said])}`;
	for (const [name, argv] of [
		["detection or requirements script", inspect("key", "aa", [{ type: "script", script: text }])],
		["reboot.test_command", lookAfterBoot("another", { command: text, seconds: 60 })],
	] as const) {
		runIn(shell, ["-c", quote(asRunBy(shell, argv))], env);
		count(name, batch.length);
		compare(name, readFileSync(said, "utf8").split("\x01"), batch);
		rmSync(said);
	}
}

/** What people are told who are logged in; the shutdown is a stand-in that says how it was called, in a file. */
export function rebootMessage({ shell, share, folder, env, count, compare }: Ground): void {
	for (const message of share) {
		const argv = requestReboot({ bootId: BOOT, sparesUsers: false, message });
		runIn(shell, ["-c", quote(asRunBy(shell, argv))], env);
		count("reboot message", 1);
		compare("reboot message", readFileSync(join(folder, "shutdown"), "utf8").split("\x01"), ["-r", "now", message]);
	}
}

/** The script itself runs in the shell, too, not in this machine's /bin/sh alone. */
function asRunBy(shell: readonly string[], [, ...rest]: readonly string[]): readonly string[] {
	return [...shell, ...rest];
}
