import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdir, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { KEPT_DAYS } from "../../src/model/job-contract.ts";
import { bareMachine, helperOf, PEER } from "./bare-machine.ts";
import { putProgram } from "./lab.ts";
import { sha256Of } from "./stage.ts";

const DAY_MS = 86_400_000;
const GIB_IN_KIB = 2 ** 20;

/** A machine that several controllers deliver to, each with a helper of its own version. */
async function sharedMachine(t: TestContext, freeKib = 100 * GIB_IN_KIB) {
	const { deliver, folder, state } = await bareMachine(t);
	await putProgram(folder, "df", `echo header; echo "disk 1 1 ${freeKib} 1% /"`);
	const bytes = join(folder, "bytes");
	await mkdir(bytes);
	const bring = async ({ helperFor }: ReturnType<typeof helperOf>) => {
		const content = randomBytes(100);
		await writeFile(join(bytes, sha256Of(content)), content);
		const { outcome } = await deliver({ methods: ["helper"], helperFor, sizeBytes: content.length }, sha256Of(content));
		await rm(join(bytes, sha256Of(content)));
		assert.equal(outcome.kind, "delivered", JSON.stringify(outcome));
	};
	const helpers = [1, 2, 3].map((version) => helperOf(`${PEER}# ${version}\n`));
	const [a, b, c] = helpers;
	assert.ok(a && b && c);
	const helperFolder = ({ helper }: typeof a) => join(state, "helper", helper.sha256);
	const kept = async () => {
		const digests = await readdir(join(state, "helper"));
		return helpers.flatMap(({ helper }, index) => (digests.includes(helper.sha256) ? index + 1 : []));
	};
	return { bring, a, b, c, kept, helperFolder, folder };
}

test("controllers of two versions push their helpers once each, and that of a third version takes the place of the one that was not used for longest", async (t) => {
	const { bring, a, b, c, kept } = await sharedMachine(t);
	for (const helper of [a, b, a, b, a]) await bring(helper);
	assert.deepEqual([a.counts.reads, b.counts.reads], [1, 1]);
	assert.deepEqual(await kept(), [1, 2]);
	await bring(c);
	assert.deepEqual(await kept(), [1, 3]);
});

test("a helper that nobody has used for long goes with the next delivery", async (t) => {
	const { bring, a, b, kept, helperFolder } = await sharedMachine(t);
	for (const helper of [a, b]) await bring(helper);
	const used = (daysAgo: number) => {
		const at = new Date(Date.now() - daysAgo * DAY_MS);
		return utimes(helperFolder(a), at, at);
	};
	await used(KEPT_DAYS - 1);
	await bring(b);
	assert.deepEqual(await kept(), [1, 2]);
	await used(KEPT_DAYS + 1.1);
	await bring(b);
	assert.deepEqual(await kept(), [2]);
	assert.equal(b.counts.reads, 1);
});

test("where room is short a new helper takes the old one's place, unless something runs from that", async (t) => {
	const { bring, a, b, c, kept, folder } = await sharedMachine(t, GIB_IN_KIB);
	await bring(a);
	await bring(b);
	assert.deepEqual(await kept(), [2]);
	await writeFile(join(folder, "seed"), "");
	for (const helper of [b, a, c]) await bring(helper);
	assert.deepEqual(await kept(), [1, 2, 3]);
	await rm(join(folder, "seed"));
});
