import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { type TestContext, test } from "node:test";
import type { Outcome } from "../../src/model/event.ts";
import { Pusher } from "../../src/push/pusher.ts";
import { exitOf, taskOf } from "./lab.ts";
import { sshdObstacle, startSshd } from "./sshd.ts";

const skip = sshdObstacle() || (!existsSync("/usr/bin/dpkg-deb") && "dpkg is not here");

const DPKG = "/var/lib/dpkg";

interface Deb {
	readonly name: string;
	readonly version?: string;
	readonly depends?: string;
}

/**
 * A real dpkg with a database and a cache of the machine's own. Its packages bring files into /var/lib alone, which is its own too, and their
 * scripts wait as long as a file says so.
 */
async function debian(t: TestContext) {
	const sshd = await startSshd(t, { config: ["PermitRootLogin yes"] });
	const pusher = new Pusher({ sessions: 2, seedSeconds: 1 });
	t.after(() => pusher.stop());
	let attempt = 0;
	const { shell } = sshd;
	await shell(
		"mkdir -p /var/lib/fleetseed/packages /var/cache/apt/archives/partial /var/lib/built /var/log/apt; touch /var/log/dpkg.log",
	);
	await shell(
		"rm -rf /etc/apt/sources.list* /etc/apt/apt.conf.d/* /var/lib/apt/lists/*; mkdir -p /var/lib/apt/lists/partial",
	);

	/** Answers its path on the machine. */
	const build = async ({ name, version = "1", depends }: Deb): Promise<string> => {
		const deb = `/var/lib/built/${name}_${version}_all.deb`;
		const waits = (script: string) =>
			`printf '#!/bin/sh\\n[ ! -e /var/lib/hold-${script} ] || { touch /var/lib/held; sleep 600; }\\n' > DEBIAN/${script}; chmod 755 DEBIAN/${script}`;
		await shell(`rm -rf /var/lib/tree; mkdir -p /var/lib/tree/DEBIAN /var/lib/tree/var/lib/${name}; cd /var/lib/tree
echo ${version} > var/lib/${name}/version
printf 'Package: ${name}\\nVersion: ${version}\\nArchitecture: all\\nMaintainer: a <a@example.org>\\nDescription: x\\n${depends ? `Depends: ${depends}\\n` : ""}' > DEBIAN/control
${["preinst", "postinst", "postrm"].map(waits).join("\n")}
dpkg-deb -Znone --root-owner-group --build . ${deb} >/dev/null`);
		return deb;
	};
	const stage = async (deb: string): Promise<string> => {
		const sha256 = (await shell(`sha256sum < ${deb}`)).slice(0, 64);
		await shell(`cp ${deb} /var/lib/fleetseed/packages/${sha256}`);
		return sha256;
	};
	/** SIGKILL to dpkg and all of its children while a script of the package runs. */
	const cut = (script: string, command: string) =>
		shell(`touch /var/lib/hold-${script}
setsid ${command} >/dev/null 2>&1 </dev/null & pid=$!
while [ ! -e /var/lib/held ]; do kill -0 $pid; sleep 0.05; done
kill -KILL -$pid
while kill -0 -$pid 2>/dev/null; do sleep 0.05; done
rm -f /var/lib/hold-${script} /var/lib/held`);
	const install = async (sha256: string, spec: object = {}) => {
		attempt += 1;
		const task = taskOf({ type: "deb", sha256, ...spec }, attempt);
		const { outcome, output } = await pusher.install({ ...sshd.target, user: "root" }, task, t.signal);
		return { outcome, said: `${output?.head ?? ""}${output?.tail ?? ""}` };
	};
	/** In the words of `dpkg -l`, such as "ii 1". */
	const stateOf = async (name: string) =>
		(await shell(`dpkg-query -W -f '\${db:Status-Abbrev}\${Version}' ${name} 2>/dev/null || true`)).replace(/ +/, " ");
	return { shell, build, stage, cut, install, stateOf };
}

function assertDone({ outcome, said }: { readonly outcome: Outcome; readonly said: string }): void {
	assert.equal(exitOf(outcome), 0, said);
}

for (const [version, what] of [
	["1", "the very version"],
	["2", "a newer one"],
	["0", "an older one"],
] as const)
	test(`installs ${what} over a package whose unpacking was cut`, { skip }, async (t) => {
		const { build, stage, cut, install, stateOf } = await debian(t);
		const first = await build({ name: "tool" });
		await cut("preinst", `dpkg -i ${first}`);
		assert.equal(await stateOf("tool"), "iHR1");
		const sha256 = await stage(version === "1" ? first : await build({ name: "tool", version }));
		assertDone(await install(sha256));
		assert.equal(await stateOf("tool"), `ii ${version}`);
	});

test("installs a package over its own removal that was cut", { skip }, async (t) => {
	const { shell, build, stage, cut, install, stateOf } = await debian(t);
	const deb = await build({ name: "tool" });
	await shell(`dpkg -i ${deb} >/dev/null`);
	await cut("postrm", "dpkg -r tool");
	assert.equal(await stateOf("tool"), "rH 1");
	assertDone(await install(await stage(deb)));
	assert.equal(await stateOf("tool"), "ii 1");
});

test("finishes another package that was cut from what is staged or from apt's cache, and only from what has its digest", {
	skip,
}, async (t) => {
	const { shell, build, stage, cut, install, stateOf } = await debian(t);
	const [ours, theirs] = [await build({ name: "ours" }), await build({ name: "theirs" })];
	await cut("preinst", `dpkg -i ${ours}`);
	await cut("preinst", `dpkg -i ${theirs}`);
	const sha256 = await stage(ours);
	await shell(`echo >> /var/lib/fleetseed/packages/${sha256}; cp ${theirs} /var/cache/apt/archives/`);
	const tool = await stage(await build({ name: "tool" }));
	const refused = await install(tool);
	assert.notEqual(exitOf(refused.outcome), 0);
	assert.match(refused.said, /ours 1 all is half installed and its archive is not here/);
	assert.deepEqual([await stateOf("ours"), await stateOf("theirs")], ["iHR1", "ii 1"]);
	await stage(ours);
	assertDone(await install(tool));
	assert.deepEqual([await stateOf("ours"), await stateOf("tool")], ["ii 1", "ii 1"]);
});

test("brings the dependencies of a package that was unpacked before they were", { skip }, async (t) => {
	const { shell, build, stage, install, stateOf } = await debian(t);
	const library = await build({ name: "library" });
	const deb = await build({ name: "tool", depends: "library" });
	await shell(`dpkg --unpack ${deb} >/dev/null
{ dpkg-deb -f ${library}; echo Filename: ./library_1_all.deb; echo "Size: $(stat -c %s ${library})"; echo "SHA256: $(sha256sum < ${library} | cut -d ' ' -f 1)"; } > /var/lib/built/Packages
echo "deb [trusted=yes] copy:/var/lib/built ./" > /etc/apt/sources.list
apt-get update -qq -o APT::Sandbox::User=root 2>/dev/null`);
	assertDone(await install(await stage(deb)));
	assert.deepEqual([await stateOf("tool"), await stateOf("library")], ["ii 1", "ii 1"]);
});

test("removes what never worked where nothing brings its dependencies, and nothing that works", { skip }, async (t) => {
	const { shell, build, stage, install, stateOf } = await debian(t);
	const broken = await build({ name: "broken", depends: "nowhere" });
	const deb = await stage(await build({ name: "tool" }));
	await shell(`dpkg --unpack ${broken} >/dev/null`);
	assertDone(await install(deb));
	assert.deepEqual([await stateOf("tool"), await stateOf("broken")], ["ii 1", "rc 1"]);
	await shell(
		`dpkg --force-depends -i ${broken} >/dev/null 2>&1; dpkg --unpack ${await build({ name: "half" })} >/dev/null`,
	);
	const refused = await install(deb);
	assert.notEqual(exitOf(refused.outcome), 0);
	assert.match(refused.said, /not removing broken, which works/);
	assert.equal(await stateOf("broken"), "ii 1");
});

test("goes back to dpkg's last list of packages when a power cut left the list empty", { skip }, async (t) => {
	const { shell, build, stage, install } = await debian(t);
	const deb = await stage(await build({ name: "tool" }));
	const count = async () => Number(await shell("dpkg-query -W | wc -l"));
	const before = await count();
	await shell(`cp ${DPKG}/status ${DPKG}/status-old; : > ${DPKG}/status`);
	assertDone(await install(deb));
	assert.equal(await count(), before + 1);
});

test("goes on without a torn file of dpkg's journal, and fetches torn lists of apt again", { skip }, async (t) => {
	const { shell, build, stage, install, stateOf } = await debian(t);
	const deb = await stage(await build({ name: "tool" }));
	await shell(`printf 'Pack\\000' > ${DPKG}/updates/0000; printf 'torn' > ${DPKG}/updates/0001
touch /var/lib/built/Packages; echo "deb [trusted=yes] copy:/var/lib/built ./" > /etc/apt/sources.list
apt-get update -qq -o APT::Sandbox::User=root 2>/dev/null
head -c 5000 /dev/urandom > /var/lib/apt/lists/_var_lib_built_._Packages`);
	const done = await install(deb);
	assertDone(done);
	assert.equal(await stateOf("tool"), "ii 1");
	assert.match(done.said, /updates\/0000 is torn.*apt cannot read its lists/s);
});

test("says nothing of a repair and repairs nothing where dpkg was not interrupted", { skip }, async (t) => {
	const { build, stage, install } = await debian(t);
	const { outcome, said } = await install(await stage(await build({ name: "tool" })));
	assert.equal(exitOf(outcome), 0, said);
	assert.doesNotMatch(said, /interrupted|torn|half/);
});
