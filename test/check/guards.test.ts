import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { guards } from "./guards.ts";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const copies = mkdtempSync(join(tmpdir(), "fleetseed-guards-"));

after(() => rmSync(copies, { recursive: true }));

const WHOLE = ["src", "test", "config", "package.json", "tsconfig.json", "biome.json"];
/** The compiler reads every file of a project before it says anything: a room that needs no other will do, with what configures it. */
const ONE_ROOM = ["src/model", "src/dashboard/tsconfig.json", "test/check", "package.json", "tsconfig.json"];

interface Planted {
	readonly file: string;
	readonly text: string;
	readonly among?: readonly string[];
}

const planted: Readonly<Record<string, Planted>> = {
	types: { file: "src/model/planted.ts", text: "export const planted: number = 'a string';\n", among: ONE_ROOM },
	"types of the core, where Node does not exist": {
		among: ONE_ROOM,
		file: "src/plan/planted.ts",
		text: "export const planted = process.env.HOME;\n",
	},
	"types of the dashboard": {
		among: ONE_ROOM,
		file: "src/dashboard/planted.ts",
		text: "export const planted: number = document.title;\n",
	},
	"lint and format": {
		file: "src/model/planted.ts",
		text: "export const planted = () => { try { Number(1) } catch {} }\n",
	},
	"room rules": { file: "src/model/planted.ts", text: 'export { decide } from "../plan/decide.ts";\n' },
	"dead code": { file: "src/model/planted.ts", text: "export const planted = 1;\n" },
};

test("every guard has a violation to be tried on", () => {
	assert.deepEqual(Object.keys(planted).sort(), guards.map(({ name }) => name).sort());
});

for (const guard of guards) {
	test(`the guard of ${guard.name} turns red on a planted violation and names it`, () => {
		const { file, text, among = WHOLE } = planted[guard.name] ?? assert.fail("nothing is planted");
		const copy = copyOf(among);
		mkdirSync(dirname(join(copy, file)), { recursive: true });
		writeFileSync(join(copy, file), text);
		const red = spawnSync(guard.command, guard.arguments, { cwd: copy, encoding: "utf8", shell: false });
		assert.notEqual(red.status, 0, "it must be red");
		assert.match(red.stdout + red.stderr, /planted/);
	});
}

/** Each guard runs on a copy of the project, so a planted violation can never be left behind in it. */
function copyOf(parts: readonly string[]): string {
	const copy = mkdtempSync(join(copies, "copy-"));
	for (const part of parts) cpSync(join(root, part), join(copy, part), { recursive: true });
	symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
	spawnSync("git", ["init", "-q"], { cwd: copy });
	writeFileSync(join(copy, ".gitignore"), "node_modules\n");
	return copy;
}
