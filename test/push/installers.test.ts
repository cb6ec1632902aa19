import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fenceOf, jobKey } from "../../src/push/job-key.ts";
import type { Task } from "../../src/push/pusher.ts";
import { barePath } from "./bare-path.ts";
import { exitOf, lab, putProgram, taskOf } from "./lab.ts";
import { stage } from "./stage.ts";

test("only a rollout that goes back lets apt put an older version in the place of a newer one", async (t) => {
	const { pusher, target, folder, state, signal } = await lab(t);
	await putProgram(folder, "dpkg", "exit 0");
	await putProgram(folder, "apt-get", '[ "$1" != install ] || echo "$*" >> ~/log');
	const sha256 = await stage(state, "the package\n");
	await pusher.install(target, taskOf({ type: "deb", sha256 }), signal);
	await pusher.install(target, { ...taskOf({ type: "deb", sha256 }, 2), mayDowngrade: true }, signal);
	const [onward, back] = (await readFile(join(folder, "log"), "utf8")).split("\n");
	assert.ok(onward && !onward.includes("downgrade"));
	assert.equal(back, onward.replace(/ (\S+\.deb)$/, " --allow-downgrades $1"));
});

test("repairs an interrupted dpkg once, then gives apt a path that ends in .deb", async (t) => {
	const { pusher, target, folder, state, signal } = await lab(t);
	await mkdir(join(folder, "bin"), { recursive: true });
	const log = (name: string, more: string) =>
		writeFile(join(folder, "bin", name), `#!/bin/sh\necho "${name} $*" >> ~/log\n${more}\n`, { mode: 0o755 });
	await log("dpkg", '[ "$1" != --audit ] || echo "packages are only half configured"');
	await log("apt-get", 'for word; do case $word in *.deb) cat "$word" >> ~/log ;; esac; done');
	const sha256 = await stage(state, "the package\n");
	const { outcome } = await pusher.install(target, taskOf({ type: "deb", sha256 }), signal);
	assert.equal(exitOf(outcome), 0);
	const lines = (await readFile(join(folder, "log"), "utf8")).trim().split("\n");
	const repairs = lines.filter((line) => line === "dpkg --force-confdef --force-confold --configure -a");
	assert.equal(repairs.length, 1, lines.join("\n"));
	const [install = "", content] = lines.slice(-2);
	assert.ok(install.startsWith("apt-get install -y") && install.endsWith(`${sha256}.deb`), install);
	assert.equal(content, "the package");
});

test("calls a held lock busy, and no other failure of apt", async (t) => {
	const { pusher, target, folder, state, signal } = await lab(t);
	await writeFile(join(folder, "bin", "dpkg"), "#!/bin/sh\n", { mode: 0o755 });
	const apt = `#!/bin/sh\ncat ~/said >&2\nexit 100\n`;
	await writeFile(join(folder, "bin", "apt-get"), apt, { mode: 0o755 });
	const sha256 = await stage(state, "the package\n");
	const install = async (said: string, attempt: number) => {
		await writeFile(join(folder, "said"), said);
		return (await pusher.install(target, taskOf({ type: "deb", sha256 }, attempt), signal)).outcome;
	};
	const busy = await install("E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 7 (apt)\n", 1);
	assert.equal(busy.kind === "failed" && busy.failure.code, "FS-INSTALL-BUSY");
	assert.equal(exitOf(await install("E: Unmet dependencies.\n", 2)), 100);
});

test("a job's key is a safe name, and other for every rollout, package and attempt", () => {
	const { ref } = taskOf();
	const refs = [ref, { ...ref, attempt: 2 }, { ...ref, package: "tool/../2" }, { ...ref, rollout: "other" }];
	const keys = refs.map(jobKey);
	assert.equal(new Set(keys).size, keys.length);
	for (const key of keys) assert.match(key, /^install-[A-Za-z0-9._-]{1,64}$/);
	assert.deepEqual(refs.map(jobKey), keys);
});

test("jobs of a package of one policy are fenced by their run, then by their attempt", () => {
	const { ref } = taskOf();
	const fence = fenceOf(ref);
	assert.deepEqual(fence, { of: fence.of, run: Date.parse("2026-11-23T02:00:00Z") / 1000, attempt: 1 });
	assert.match(fence.of, /^[0-9a-f]{16}$/);
	const revised = { ...ref, rollout: "office@87654321/2026-11-24T02:00:00.000Z", attempt: 3 };
	assert.deepEqual(fenceOf(revised), { of: fence.of, run: fence.run + 86_400, attempt: 3 });
	assert.notEqual(fenceOf({ ...ref, rollout: ref.rollout.replace("office", "lab") }).of, fence.of);
	assert.notEqual(fenceOf({ ...ref, package: "other" }).of, fence.of);
});

const MANAGERS = {
	dnf: { install: "-y install FILE", downgrade: "-y downgrade FILE", remove: "-y remove -- tool" },
	zypper: {
		install: "--non-interactive --no-refresh install --allow-unsigned-rpm FILE",
		downgrade: "--non-interactive --no-refresh install --allow-unsigned-rpm --oldpackage FILE",
		remove: "--non-interactive --no-refresh remove -- tool",
	},
	yum: { install: "-y install FILE", downgrade: "-y downgrade FILE", remove: "-y remove -- tool" },
	rpm: { install: "-U FILE", downgrade: "-U --oldpackage FILE", remove: "-e -- tool" },
};

/** Says of a file which version is there already, when a newer one is, as rpm 4.18 does. */
const RPM = `case "$*" in
*--test*) cat ~/newer 2>/dev/null ;;
*) echo "rpm $*" >> ~/log ;;
esac`;
const NEWER = "\tpackage tool-2.0-1.noarch (which is newer than tool-1.0-1.noarch) is already installed\n";

for (const [manager, expected] of Object.entries(MANAGERS)) {
	test(`installs, takes back and removes an rpm by ${manager} where a machine has that`, async (t) => {
		const { pusher, target, folder, state, signal } = await lab(t, { env: { PATH: barePath(t) } });
		if (manager !== "rpm") await putProgram(folder, manager, `echo "${manager} $*" >> ~/log`);
		await putProgram(folder, "rpm", RPM);
		const sha256 = await stage(state, "the package\n");
		const task = (attempt: number) => taskOf({ type: "rpm", sha256 }, attempt);
		const exitCode = async (each: Task) => exitOf((await pusher.install(target, each, signal)).outcome);
		assert.equal(await exitCode(task(1)), 0);
		await writeFile(join(folder, "newer"), NEWER);
		assert.equal(await exitCode(task(2)), 1, "nothing is run that could take the newer one back");
		assert.equal(await exitCode({ ...task(3), mayDowngrade: true }), 0);
		const absent = task(4);
		assert.equal(await exitCode({ ...absent, spec: { ...absent.spec, state: "absent", sha256: "" } }), 0);
		const file = join(state, "packages", `${sha256}.rpm`);
		const log = (await readFile(join(folder, "log"), "utf8")).trim().split("\n");
		const lines = Object.values(expected).map((words) => `${manager} ${words.replace("FILE", file)}`);
		assert.deepEqual(log, lines);
	});
}
