import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { script } from "../../src/push/commands/script.ts";
import { Session } from "../../src/push/session.ts";
import type { Target } from "../../src/push/target.ts";
import { lab, putProgram, taskOf } from "./lab.ts";

/** As sudo(8) does it: asks for a password unless told not to, and runs what comes after `--`. It notes how it was called. */
const SUDO = `
echo "$*" >> "$HOME/sudo.log"
silent=no stdin=no
while [ "$1" != -- ]; do
	case $1 in -n) silent=yes ;; -S) stdin=yes ;; esac
	shift
done
shift
if [ -e "$HOME/asks" ]; then
	[ $silent = no ] || { echo 'sudo: a password is required' >&2; exit 1; }
	[ $stdin = yes ] || { echo 'sudo: a terminal is required' >&2; exit 1; }
	IFS= read -r password
	[ "$password" = "$(cat "$HOME/asks")" ] || { echo 'Sorry, try again.' >&2; echo 'sudo: 1 incorrect password attempt' >&2; exit 1; }
fi
exec "$@"`;

const OPTIONS = { timeoutMs: 5_000, maxOutputBytes: 1_000 };

async function connected(
	t: { after: (act: () => void) => void },
	target: Target,
	signal: AbortSignal,
): Promise<Session> {
	const session = await Session.connect(target, signal);
	assert.ok(session instanceof Session, JSON.stringify(session));
	t.after(() => session.stop());
	return session;
}

test("every command goes through sudo, word for word and with its own input", async (t) => {
	const { folder, target, signal } = await lab(t);
	await putProgram(folder, "sudo", SUDO);
	const session = await connected(t, { ...target, become: { method: "sudo", user: "root" } }, signal);
	const words = ["a b", "'$(id)'", "", "-n", "--", "über\n"];
	const echoed = await session.run(["sh", "-c", 'printf "<%s>" "$@"; cat', "sh", ...words], {
		...OPTIONS,
		signal,
		stdin: Buffer.from("and its input"),
	});
	assert.equal(
		echoed.kind === "ran" && echoed.stdout.toString(),
		`${words.map((word) => `<${word}>`).join("")}and its input`,
	);
	const calls = (await readFile(join(folder, "sudo.log"), "utf8")).split("\n");
	assert.equal(calls[0], "-k -H -u root -n -- true");
	assert.ok(calls[1]?.startsWith("-k -H -u root -n -- sh -c"));
});

test("where sudo asks, it is given the password, and the command its own input", async (t) => {
	const { folder, target, signal } = await lab(t);
	await putProgram(folder, "sudo", SUDO);
	await writeFile(join(folder, "asks"), "pass word'");
	const become = { method: "sudo", user: "root", password: "pass word'" } as const;
	const session = await connected(t, { ...target, become }, signal);
	const cat = await session.run(["cat"], { ...OPTIONS, signal, stdin: Buffer.from("line\nand more") });
	assert.equal(cat.kind === "ran" && cat.stdout.toString(), "line\nand more");
	assert.ok(!(await readFile(join(folder, "sudo.log"), "utf8")).includes("pass word"), "never on a command line");
});

test("where sudo asks, a shell that stays is given the password once, and no script hears of it", async (t) => {
	const { folder, machine, target, signal } = await lab(t);
	await putProgram(folder, "sudo", SUDO);
	await writeFile(join(folder, "asks"), "pass word'");
	const become = { method: "sudo", user: "root", password: "pass word'" } as const;
	const session = await connected(t, { ...target, become }, signal);
	const commands = machine.commands;
	for (const word of ["first", "second"]) {
		const ran = await session.runScript(script('cat; echo "$1"', word), { ...OPTIONS, signal });
		assert.equal(ran.kind === "ran" && `${ran.stdout}${ran.stderr}`, `${word}\n`);
	}
	assert.equal(machine.commands, commands + 1);
});

test("where sudo does not ask, the password stays at home", async (t) => {
	const { folder, target, signal } = await lab(t);
	await putProgram(folder, "sudo", SUDO);
	const become = { method: "sudo", user: "root", password: "secret" } as const;
	const session = await connected(t, { ...target, become }, signal);
	const cat = await session.run(["cat"], { ...OPTIONS, signal });
	assert.equal(cat.kind === "ran" && cat.stdout.toString(), "");
});

for (const [what, password, code, said] of [
	["asks and there is no password", undefined, "FS-BECOME-PASSWORD", "sudo: a password is required"],
	["is given a wrong password", "wrong", "FS-BECOME-WRONG-PASSWORD", "sudo: 1 incorrect password attempt"],
] as const) {
	test(`a machine whose sudo ${what} says so, and nothing is done there`, async (t) => {
		const { folder, pusher, target, signal } = await lab(t);
		await putProgram(folder, "sudo", SUDO);
		await writeFile(join(folder, "asks"), "right");
		const become = { method: "sudo", user: "root", ...(password === undefined ? {} : { password }) } as const;
		const { outcome } = await pusher.inspect({ ...target, become }, taskOf(), signal);
		const detail = `mill-03: deploy does not become root by sudo: ${said}`;
		assert.deepEqual(outcome, { kind: "failed", failure: { code, detail } });
	});
}

test("doas is asked in its own words, and a machine without it says so", async (t) => {
	const { folder, pusher, target, signal } = await lab(t);
	const become = { method: "doas", user: "root" } as const;
	const { outcome } = await pusher.inspect({ ...target, become }, taskOf(), signal);
	assert.match(JSON.stringify(outcome), /FS-BECOME-MISSING.*doas.*No such file/);
	await putProgram(
		folder,
		"doas",
		'echo "$*" >> "$HOME/doas.log"\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"',
	);
	assert.equal((await pusher.inspect({ ...target, become }, taskOf(), signal)).outcome.kind, "inspected");
	assert.match(await readFile(join(folder, "doas.log"), "utf8"), /^-n -u root -- true\n-n -u root -- \/bin\/sh -c/);
});
