import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { checkInstalled, missingConfiguration } from "../../src/daemon/check-installed.ts";
import { readSettings } from "../../src/daemon/configuration.ts";
import { init } from "../../src/daemon/init.ts";
import { readLogin } from "../../src/daemon/login-for.ts";
import { parseInventory } from "../../src/policy/parse-inventory.ts";
import { parseSettings } from "../../src/policy/parse-settings.ts";
import { publicKeyOf } from "../../src/push/key-pair.ts";

const folder = await mkdtemp(join(tmpdir(), "fleetseed-init-"));
after(() => rm(folder, { recursive: true }));

test("it writes what the daemon can begin with, and the key is its owner's alone", async () => {
	const place = join(folder, "fresh");
	const { made, kept, public_key } = await init({ folder: place });
	assert.deepEqual(
		made.map((file) => file.slice(place.length + 1)),
		["fleetseed.yaml", "inventory.yaml", "policies/README", "id_ed25519"],
	);
	assert.deepEqual(kept, []);
	const key = join(place, "id_ed25519");
	assert.equal((await stat(key)).mode & 0o777, 0o600);
	assert.ok(public_key.startsWith(publicKeyOf(await readFile(key, "utf8")) ?? "no key"));
	assert.equal(await readFile(`${key}.pub`, "utf8"), `${public_key}\n`);
	const { problems, notes } = await checkInstalled({ config: join(place, "fleetseed.yaml") });
	assert.deepEqual(problems, []);
	assert.deepEqual(notes, [`there is no policy in ${join(place, "policies")} yet`]);
});

test("where no folder can be made it says so at once", { timeout: 60_000 }, async () => {
	await assert.rejects(init({ folder: "/proc/fleetseed" }), /ENOENT.*'\/proc\/fleetseed'/);
	const file = join(folder, "a-file");
	await writeFile(file, "");
	await assert.rejects(init({ folder: file }), /ENOTDIR/);
	await assert.rejects(init({ folder: join(file, "below") }), /ENOTDIR/);
});

test("what comes next is said for the folder that it wrote", async () => {
	const place = join(folder, "elsewhere");
	const { next } = await init({ folder: place });
	const config = join(place, "fleetseed.yaml");
	const [, start, doctor, , policy] = next;
	const all = `for all other commands: export FLEETSEED_CONFIG=${config} FLEETSEED_SOCKET=${join(place, "fleetseed.sock")}`;
	assert.equal(start, `fleetseed check --config ${config} && fleetseed serve --config ${config}; ${all}`);
	assert.match(doctor ?? "", new RegExp(`^fleetseed doctor --config ${config} `));
	assert.match(policy ?? "", new RegExp(`^Put a policy into ${join(place, "policies")}, .*; then: fleetseed reload$`));
	assert.ok(!next.some((step) => step.includes("systemctl")), "no service reads that folder");
});

test("a daemon beside the service has its state and its socket in its own folder", async () => {
	const place = join(folder, "beside");
	await init({ folder: place });
	const read = await readSettings(join(place, "fleetseed.yaml"));
	assert.ok("settings" in read);
	const { stateFolder, socketPath } = read.settings;
	assert.deepEqual([stateFolder, socketPath], [join(place, "state"), join(place, "fleetseed.sock")]);
});

test("where nothing is yet, check says how to begin", async () => {
	const config = join(folder, "nowhere", "fleetseed.yaml");
	const { problems, notes } = await checkInstalled({ config });
	assert.equal(problems.length, 1);
	assert.deepEqual(notes, [
		`there is no configuration at ${config} yet; make it with: fleetseed init --folder ${join(folder, "nowhere")}`,
	]);
	const of = await missingConfiguration("/etc/fleetseed/nosuch.yaml");
	assert.ok(of?.endsWith("; make it with: fleetseed init"), `${of}`);
});

test("serve says how to begin, too, in whatever folder it was told to look", async () => {
	const program = join(import.meta.dirname, "../../src/daemon/main.ts");
	const place = join(folder, "not-begun");
	const words = [program, "serve", "--config", join(place, "fleetseed.yaml")];
	const { status, stderr } = spawnSync(process.execPath, words, { encoding: "utf8", timeout: 60_000 });
	assert.equal(status, 2);
	assert.ok(stderr.endsWith(`make it with: fleetseed init --folder ${place}\n`), stderr);
});

test("check notes a key that is not there yet, and lines of known_hosts that approve nobody", async () => {
	const place = join(folder, "noted");
	const config = join(place, "fleetseed.yaml");
	const { public_key } = await init({ folder: place });
	await rm(join(place, "id_ed25519"));
	await writeFile(join(place, "known_hosts"), `mill-02 ${public_key}\n@cert-authority *.lan ${public_key}\n`);
	const { problems, notes } = await checkInstalled({ config });
	assert.deepEqual(problems, []);
	assert.deepEqual(notes, [
		`there is no policy in ${join(place, "policies")} yet`,
		`there is no SSH key yet (${join(place, "id_ed25519")}); make it with: fleetseed init`,
		`${join(place, "known_hosts")}:2: certificate authorities vouch for nothing here`,
	]);
});

test("what is there is never overwritten, a key of another's making neither", async () => {
	const place = join(folder, "twice");
	await init({ folder: place });
	await writeFile(join(place, "fleetseed.yaml"), "version: 1\npolicies: mine\n");
	const key = await readFile(join(place, "id_ed25519"), "utf8");
	const { made } = await init({ folder: place });
	assert.deepEqual(made, []);
	assert.equal(await readFile(join(place, "fleetseed.yaml"), "utf8"), "version: 1\npolicies: mine\n");
	assert.equal(await readFile(join(place, "id_ed25519"), "utf8"), key);
	await writeFile(join(place, "id_ed25519"), "not a key\n");
	await assert.rejects(init({ folder: place }), /holds no private key/);
	assert.equal(await readFile(join(place, "id_ed25519"), "utf8"), "not a key\n");
});

test("what the starter files show in comments is valid as it stands", async () => {
	const starter = join(import.meta.dirname, "../../config/starter");
	for (const [name, parse] of [
		["fleetseed.yaml", parseSettings],
		["inventory.yaml", parseInventory],
	] as const) {
		const text = await readFile(join(starter, name), "utf8");
		const shown = text.replace(/^( *)#(?=[a-z]| {2})/gm, "$1");
		assert.notEqual(shown, text);
		assert.deepEqual("problems" in parse(shown, name) ? parse(shown, name) : null, null);
		assert.equal("problems" in parse(text, name), false);
	}
});

test("as it is shipped, nothing listens over TCP", async () => {
	const text = await readFile(join(import.meta.dirname, "../../config/starter/fleetseed.yaml"), "utf8");
	const parsed = parseSettings(text, "fleetseed.yaml");
	assert.ok("settings" in parsed);
	assert.equal(parsed.settings.api, null);
	assert.match(text, /^#api:/m);
});

test("the key comes from systemd in a unit, and elsewhere from the file that the unit loads", async () => {
	const place = join(folder, "keyed");
	await init({ folder: place });
	const keyIn = async (environment: Readonly<Record<string, string>>) => {
		const read = await readSettings(join(place, "fleetseed.yaml"), environment);
		assert.ok("settings" in read);
		const { login } = read.settings.ssh;
		return readLogin(login, read.settings, environment);
	};
	assert.deepEqual(await keyIn({}), { privateKey: await readFile(join(place, "id_ed25519"), "utf8") });
	const given = join(folder, "given");
	await mkdir(given);
	await writeFile(join(given, "id_ed25519"), "what systemd gave");
	assert.deepEqual(await keyIn({ CREDENTIALS_DIRECTORY: given }), { privateKey: "what systemd gave" });
});
