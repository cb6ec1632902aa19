import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { noTerminal, Pane } from "../end-to-end/pane.ts";
import { commandLine, MAIN } from "./command-line.ts";
import { GOOD_KEY, UNLISTED } from "./memory-cockpit.ts";

const line = commandLine();
const folder = await mkdtemp(join(tmpdir(), "fleetseed-prompt-"));
const pane = new Pane(folder);
before(async () => {
	if (!noTerminal) await pane.start({ NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? "" });
});
after(async () => {
	if (!noTerminal) await pane.stop();
	await rm(folder, { recursive: true });
});

/** What a person sees who types this, and answers by this key. */
async function asked(words: string, key: string): Promise<string> {
	await pane.typeAfresh(`${process.execPath} ${MAIN} --socket ${line.socketPath} ${words}`);
	await pane.until("it asks", (screen) => screen.includes("[y/N]"));
	await pane.press(key);
	if (key === "y") await pane.press("Enter");
	// What is typed before that may still be read by whoever asked.
	await pane.until("the shell is back", (screen) => /\[y\/N\].*[#$]$/s.test(screen.trim()));
	// On a line of its own: a shell leaves the rest of a line that Ctrl-C ended.
	await pane.type('echo "code $?"');
	return pane.until("it has ended", (screen) => /code \d+$/m.test(screen));
}

for (const words of ["approve office", "machines approve mill-01"]) {
	test(`${words}: Ctrl-C at the question ends the command quietly, and nothing is done`, {
		skip: noTerminal,
	}, async () => {
		const screen = await asked(words, "C-c");
		assert.match(screen, /code 130$/m);
		assert.doesNotMatch(screen, /Error|node:|Node\.js/);
		assert.deepEqual([...line.cockpit.orders, ...line.cockpit.acts], []);
	});

	test(`${words}: Ctrl-D or a bare Enter is a no, and it says so`, { skip: noTerminal }, async () => {
		for (const key of ["C-d", "Enter"]) {
			const screen = await asked(words, key);
			assert.match(screen, /^not approved; nothing is changed$/m, key);
			assert.match(screen, /code 1$/m, key);
		}
		assert.deepEqual([...line.cockpit.orders, ...line.cockpit.acts], []);
	});

	test(`${words}: a yes is a yes`, { skip: noTerminal }, async () => {
		assert.match(await asked(words, "y"), /code 0$/m);
		assert.equal(line.cockpit.orders.length + line.cockpit.acts.length, 1);
	});
}

test("who is asked to pin a key is told with what to compare it, and that another was pinned before", {
	skip: noTerminal,
}, async () => {
	const first = await asked("machines approve mill-01", "Enter");
	assert.match(first.replaceAll("\n", ""), /ssh-keygen -lf +\/etc\/ssh\/ssh_host_ed25519_key\.pub/);
	assert.doesNotMatch(first, /ANOTHER/);
	line.cockpit.hostKeys = [GOOD_KEY];
	assert.doesNotMatch(await asked("machines approve mill-01", "Enter"), /ANOTHER/, "the same again");
	line.cockpit.hostKeys = [UNLISTED];
	const changed = await asked("machines approve mill-01", "Enter");
	assert.match(changed.replaceAll("\n", ""), new RegExp(`ANOTHER key was pinned before: .*${UNLISTED.fingerprint}`));
});
