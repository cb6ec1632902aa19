import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { promisify } from "node:util";
import { Pusher, type Task } from "../../../src/push/pusher.ts";
import { makeRpm, type RpmRecipe } from "../../fleet/make-rpm.ts";
import { taskOf } from "../lab.ts";
import { startSshd } from "../sshd.ts";
import { sha256Of } from "../stage.ts";

type Recipe = Pick<RpmRecipe, "requires" | "pre">;
type Manager = "dnf" | "zypper";

const CACHE = "/var/cache/fleetseed-lab";
const run = promisify(execFile);

/** What Debian's package of the manager and what it needs bring, unpacked beside this host, which gets none of it. */
async function unpacked(manager: Manager): Promise<string> {
	const folder = join(CACHE, `rpm-${manager}`);
	if (existsSync(folder)) return folder;
	await mkdir(CACHE, { recursive: true });
	const draft = await mkdtemp(join(CACHE, ".tmp-rpm-"));
	try {
		const { stdout } = await run("apt-get", ["install", "-s", "--no-install-recommends", manager]);
		const names = [...stdout.matchAll(/^Inst (\S+) /gm)].map(([, name = ""]) => name);
		if (names.length === 0)
			throw new Error(`this host has ${manager}, and machines get the test's own: apt-get remove ${manager}`);
		await run("apt-get", ["download", "-q", "-o", "APT::Sandbox::User=root", ...names], { cwd: draft });
		for (const name of await readdir(draft))
			if (name.endsWith(".deb")) await run("dpkg-deb", ["-x", join(draft, name), join(draft, "root")]);
		await rename(join(draft, "root"), folder);
	} finally {
		await rm(draft, { recursive: true, force: true });
	}
	return folder;
}

const REPOSITORY = {
	dnf: (folder: string) => [
		`printf '[own]\\nname=own\\nbaseurl=file://${folder}\\ngpgcheck=0\\n' > /etc/yum.repos.d/own.repo`,
	],
	zypper: (folder: string) => [
		`zypper --non-interactive addrepo --no-gpgcheck file://${folder} own`,
		"zypper --non-interactive refresh",
	],
} as const;

/** A real sshd, root's, on a machine that has the real manager, rpm's database, and a repository with \`library\` 1.0. */
export async function rpmMachine(t: TestContext, manager: Manager) {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-rpm-"));
	t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
	await makeRpm(join(folder, "repository"), { name: "library", version: "1.0", provides: "/bin/sh" });
	await run("createrepo_c", ["-q", join(folder, "repository")]);
	const root = await unpacked(manager);
	const setup = [
		"mkdir -p $own/usr/upper $own/usr/work",
		`mount -t overlay -o lowerdir=${root}/usr:/usr,upperdir=$own/usr/upper,workdir=$own/usr/work overlay /usr`,
		`cp -a ${root}/etc/. /etc/`,
		"mkdir -p /etc/yum.repos.d /etc/rpm",
		// Debian's rpm keeps its database in the home, where zypper does not look.
		"echo '%_dbpath /var/lib/rpm' > /etc/rpm/macros",
		"rm -f /usr/bin/apt-get /usr/bin/dpkg /usr/bin/dpkg-query",
		...REPOSITORY[manager](join(folder, "repository")),
	];
	const { target, shell } = await startSshd(t, { config: ["PermitRootLogin prohibit-password"], setup });
	const pusher = new Pusher({ sessions: 2, seedSeconds: 1 });
	t.after(() => pusher.stop());
	const at = { ...target, user: "root" };
	let attempt = 0;
	const build = (name: string, version: string, recipe: Recipe = {}) =>
		makeRpm(join(folder, "built"), { name, version, ...recipe });
	/** Built, staged as a delivery would, and ready to be asked for. */
	const taskFor = async (version: string, recipe: Recipe = {}): Promise<Task> => {
		const file = await build("tool", version, recipe);
		const sha256 = sha256Of(await readFile(file));
		await shell(`mkdir -p /var/lib/fleetseed/packages && cp ${file} /var/lib/fleetseed/packages/${sha256}`);
		attempt += 1;
		return taskOf({ name: "tool", version: `${version}-1`, type: "rpm", sha256 }, attempt);
	};
	const install = async (task: Task) => {
		const { outcome, output } = await pusher.install(at, task, t.signal);
		return { outcome, said: `${output?.head}${output?.tail}` };
	};
	const inspect = async (name: string) => {
		const { outcome } = await pusher.inspect(at, taskOf({ detection: [{ type: "package", name }] }), t.signal);
		if (outcome.kind !== "inspected") throw new Error(JSON.stringify(outcome));
		return outcome;
	};
	/** What detection sees of a package; null: it is not there. */
	const versionOf = async (name: string) => {
		const [observation] = (await inspect(name)).facts.observations;
		return observation?.type === "package" ? observation.version : observation;
	};
	const factsOf = async () => {
		const { machine } = await inspect("tool");
		if (!machine) throw new Error("no facts");
		return machine;
	};
	return { shell, build, taskFor, install, versionOf, factsOf };
}
