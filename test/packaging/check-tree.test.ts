import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { ARCHITECTURES } from "../../src/packaging/deb/architectures.ts";
import { checkTree } from "../../src/packaging/deb/check-tree.ts";

const NODE = "usr/lib/fleetseed/bin/node";
const MACHINES = { amd64: 62, arm64: 183 } as const;
let root = "";

before(async () => {
	root = await mkdtemp(join(tmpdir(), "fleetseed-tree-"));
});
after(() => rm(root, { recursive: true }));

/** The header of an executable (elf(5)): its class, and for which machine it is. */
function elf(machine: number): Buffer {
	const header = Buffer.alloc(64);
	header.write("\x7fELF\x02\x01\x01", "latin1");
	header.writeUInt16LE(machine, 18);
	return header;
}

async function staged(paths: readonly string[], machine: number) {
	for (const path of paths) {
		await mkdir(dirname(join(root, path)), { recursive: true });
		await writeFile(join(root, path), path === NODE ? elf(machine) : "");
	}
	return paths.map((path) => ({ path, sizeBytes: 0 }));
}

/** What is said to be lacking of an empty tree. */
async function needed(): Promise<readonly string[]> {
	const [architecture] = ARCHITECTURES;
	assert.ok(architecture);
	const said = await checkTree(root, [], architecture).then(String, (error: Error) => error.message);
	return said.replace(/^.* lacks /, "").split(", ");
}

test("a package lacks nothing that people look for, and each one that it lacked is named", async () => {
	const paths = await needed();
	assert.ok(paths.length > 10 && paths.includes(NODE), paths.join());
	for (const architecture of ARCHITECTURES) {
		const machine = MACHINES[architecture.name];
		assert.equal(await checkTree(root, await staged(paths, machine), architecture), 1);
		for (const lacking of paths) {
			const files = await staged(
				paths.filter((path) => path !== lacking),
				machine,
			);
			await assert.rejects(
				checkTree(root, files, architecture),
				new RegExp(`${architecture.name}: .* lacks ${lacking}$`),
			);
		}
	}
});

test("a binary of another architecture is not packed", async () => {
	const paths = await needed();
	for (const architecture of ARCHITECTURES) {
		const other = architecture.name === "amd64" ? MACHINES.arm64 : MACHINES.amd64;
		const files = await staged(paths, other);
		await assert.rejects(checkTree(root, files, architecture), /bin\/node is for the machine \d+, expected \d+/);
	}
});
