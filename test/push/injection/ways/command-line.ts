import { type Becoming, elevations } from "../../../../src/push/become.ts";
import { forKeptShell, script } from "../../../../src/push/commands/script.ts";
import { KeptAnswer } from "../../../../src/push/kept-answer.ts";
import { quote } from "../../../../src/push/quote.ts";
import { framed, KEPT_SHELL } from "../../../../src/push/scripts/kept-shell.ts";
import { ECHO, type Ground } from "../ground.ts";
import { runIn } from "../shells.ts";

/** As sshd gives it to the login shell. */
export function commandLine({ shell, batch, env, count, compare }: Ground): void {
	const { stdout } = runIn(shell, ["-c", quote(script(ECHO, ...batch))], env);
	count("ssh command line", batch.length);
	compare("ssh command line", stdout.split("\x01"), batch);
}

/** As our own shell gets it that stays; an answer that is none is a difference, too. */
export function keptShell({ shell, batch, env, count, compare }: Ground): void {
	const word = "0123456789abcdef0123456789abcdef";
	const text = forKeptShell(script(ECHO, ...batch));
	const { stdout } = runIn(shell, ["-c", KEPT_SHELL], env, `${word}\n${framed(word, text)}`);
	const ran = new KeptAnswer(word, 2 ** 26).add(Buffer.from(stdout));
	count("kept shell", batch.length);
	compare("kept shell", `${ran?.stdout}`.split("\x01"), batch);
}

/** The user that sudo or doas is told to become; both are stand-ins that say how they were called. */
export function becoming({ shell, share, env, count, compare }: Ground): void {
	for (const method of ["sudo", "doas"] as const)
		for (const user of share)
			for (const { argv } of elevations({ method, user, password: "p" } satisfies Becoming)) {
				const { stdout } = runIn(shell, ["-c", quote([...argv, "true"])], env);
				count(`become_user by ${method}`, 1);
				compare(`become_user by ${method}`, stdout.split("\x01"), [...argv.slice(1), "true"]);
			}
}
