import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { StatusReport } from "../../src/console/cockpit.ts";
import { makeRpm } from "../fleet/make-rpm.ts";
import { must } from "./command.ts";
import type { Lab } from "./lab.ts";
import type { LabMachine } from "./lab-machine.ts";
import { makeSmallPackage, packageEntry, type ServedPackage } from "./small-package.ts";
import type { Steered } from "./steered.ts";
import type { Trial } from "./trial.ts";
import { waitFor } from "./wait.ts";

const WITHIN_MS = 180_000;

/** What a machine's own tools say is there: a version each, or nothing. */
const STATE = `
echo "deb=$(dpkg-query -W -f '\${db:Status-Abbrev}\${Version}' lab-tool 2>/dev/null | sed -n 's/^ii *//p')"
echo "archive=$(readlink /opt/lab-archive/current)"
echo "script=$(cat /var/lib/lab-script 2>/dev/null)"
echo "rpm=$(rpm -q --qf '%{VERSION}-%{RELEASE}' lab-rpm 2>/dev/null | grep -v 'not installed')"
echo "broken=$(dpkg --audit)"
`;

interface Versions {
	readonly deb: string;
	readonly archive: string;
	readonly script: string;
	readonly rpm: string;
}

const [FIRST, SECOND, NONE]: readonly Versions[] = [
	{ deb: "1.0", archive: "1.0", script: "1.0", rpm: "1.0-1" },
	{ deb: "2.0", archive: "2.0", script: "1.0", rpm: "2.0-1" },
	{ deb: "", archive: "", script: "", rpm: "" },
] as const;

/** One package of each type: installed, upgraded, brought back by a rollback after a broken revision, and removed. */
export async function installs(lab: Lab, trial: Trial): Promise<Steered> {
	if (!FIRST || !SECOND || !NONE) throw new Error("no versions");
	const debs = await Promise.all(["1.0", "2.0", "3.0"].map((version) => makeSmallPackage(lab, "lab-tool", version)));
	const [one, two, broken] = debs;
	if (!one || !two || !broken) throw new Error("no packages");
	const others = await makeOthers(lab);
	const course: Record<string, number> = {};
	const step = async (name: string, packages: readonly object[], wanted: Versions, rollout: object = {}) => {
		await trial.writeOwnPolicy({
			version: 1,
			name: "lab",
			packages,
			targets: { match: "*" },
			rollout,
			schedule: "now",
		});
		await trial.controller.fleetseed(["reload"]);
		await waitForVersions(lab, name, wanted);
		course[name] = Math.round(trial.seconds * 10) / 10;
		lab.log(`${trial.seconds.toFixed(0).padStart(4)} s  ${name}`);
	};
	await trial.controller.start();
	await step("installed", [packageEntry(one), ...others.first], FIRST);
	await step("upgraded", [packageEntry(two), ...others.second], SECOND);
	await trial.waitForStatus("the second revision is verified", ({ totals }) => totals.installed >= lab.machines.length);
	for (const machine of lab.machines) await machine.must(["touch", "/etc/lab-breaks-3.0"]);
	// All of them begin at once: of whoever has not begun when the first one fails there is nothing to take back.
	const refused = { max_errors: 0, on_failure: "rollback", prestage_threshold: 100 };
	await trial.writeOwnPolicy({
		version: 1,
		name: "lab",
		packages: [packageEntry(broken), ...others.second],
		targets: { match: "*" },
		rollout: refused,
		schedule: "now",
	});
	await trial.controller.fleetseed(["reload"]);
	const isBack = ({ machines }: StatusReport) =>
		machines.length > 0 && machines.every(({ state }) => state === "rolled_back");
	const status = await trial.waitForStatus("the third revision was rolled back", isBack);
	await waitForVersions(lab, "rolled back", SECOND);
	course["rolled back"] = Math.round(trial.seconds * 10) / 10;
	const evidence = await trial.evidence(two);
	await step("removed", removals(), NONE);
	const last = await Promise.all(lab.machines.map(versionsOf));
	const tried = await Promise.all(lab.machines.map((machine) => wasTried(machine, "3.0")));
	const checks = {
		the_broken_one_was_tried: tried.every(Boolean),
		all_back_after_the_rollback: evidence.every(({ isInstalled }) => isInstalled),
		all_removed: last.every((state) => Object.values(state).join("") === ""),
		dpkg_is_whole: last.every(({ broken }) => broken === ""),
		within_ninety_seconds: trial.seconds < 90 * slowness(lab),
	};
	return { status, evidence, checks, notes: { course }, packageBytes: two.sizeBytes };
}

/** More machines share the same two processors. */
function slowness({ machines }: Lab): number {
	return Math.max(2, machines.length / 2);
}

/** dpkg's log has it half configured. */
async function wasTried(machine: LabMachine, version: string): Promise<boolean> {
	const { code } = await machine.run([
		"grep",
		"-q",
		`status half-configured lab-tool:all ${version}`,
		"/var/log/dpkg.log",
	]);
	return code === 0;
}

async function waitForVersions(lab: Lab, what: string, wanted: Versions): Promise<void> {
	const isThere = async () => {
		const states = await Promise.all(lab.machines.map(versionsOf));
		return states.every((state) => Object.entries(wanted).every(([key, value]) => state[key] === value)) ? true : null;
	};
	await waitFor(isThere, { what, timeoutMs: WITHIN_MS, signal: lab.signal, intervalMs: 1_000 });
}

async function versionsOf(machine: LabMachine): Promise<Readonly<Record<string, string>>> {
	const { stdout } = await machine.run(["/bin/sh", "-c", STATE]);
	return Object.fromEntries(
		stdout
			.trim()
			.split("\n")
			.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
	);
}

interface Others {
	readonly first: readonly object[];
	readonly second: readonly object[];
}

async function makeOthers(lab: Lab): Promise<Others> {
	const script = await serve(lab, "lab-script", "1.0", "script", '#!/bin/sh\necho "$VERSION" > /var/lib/lab-script\n');
	const run = {
		...script,
		install: { env: { VERSION: "1.0" } },
		detection: [{ type: "script", script: 'test "$(cat /var/lib/lab-script)" = 1.0' }],
	};
	const forced = { arguments: ["--force-debian", "--nodeps"] };
	const rpms = await Promise.all(["1.0", "2.0"].map((version) => serveRpm(lab, version)));
	const [rpm, newer] = rpms.map((entry) => ({ ...entry, install: forced }));
	const archives = [await makeTar(lab, "1.0"), await makeZip(lab, "2.0")];
	return { first: [archives[0] ?? {}, run, rpm ?? {}], second: [archives[1] ?? {}, run, newer ?? {}] };
}

function removals(): readonly object[] {
	const gone = (name: string, type: string, version: string) => ({ name, type, version, state: "absent" });
	return [
		gone("lab-tool", "deb", "2.0"),
		gone("lab-archive", "archive", "1.0"),
		gone("lab-archive", "archive", "2.0"),
		{
			...gone("lab-script", "script", "1.0"),
			uninstall: { command: "rm", arguments: ["/var/lib/lab-script"] },
			detection: [{ type: "file", path: "/var/lib/lab-script" }],
		},
		{ ...gone("lab-rpm", "rpm", "2.0-1"), uninstall: { arguments: ["--force-debian"] } },
	].filter(({ name, version }) => name !== "lab-archive" || version === "2.0");
}

async function makeTar(lab: Lab, version: string): Promise<object> {
	const folder = join(lab.footprint.folder, `archive-${version}`);
	await mkdir(join(folder, "bin"), { recursive: true });
	await writeFile(join(folder, "bin/tool"), version, { mode: 0o755 });
	await must(["tar", "--zstd", "-cf", `${folder}.tar.zst`, "-C", folder, "."]);
	return serve(lab, "lab-archive", version, "archive", await readFile(`${folder}.tar.zst`));
}

async function makeZip(lab: Lab, version: string): Promise<object> {
	const file = join(lab.footprint.folder, `archive-${version}.zip`);
	const folder = join(lab.footprint.folder, `archive-${version}`);
	await mkdir(join(folder, "bin"), { recursive: true });
	await writeFile(join(folder, "bin/tool"), version, { mode: 0o755 });
	await must(["zip", "-q", "-r", file, "bin"], { cwd: folder });
	return serve(lab, "lab-archive", version, "archive", await readFile(file));
}

async function serveRpm(lab: Lab, version: string): Promise<object> {
	const file = await makeRpm(lab.footprint.folder, { name: "lab-rpm", version });
	return serve(lab, "lab-rpm", `${version}-1`, "rpm", await readFile(file));
}

async function serve(lab: Lab, name: string, version: string, type: string, content: string | Buffer) {
	const file = join(lab.footprint.folder, `${name}-${version}.file`);
	await writeFile(file, content);
	const sha256 = createHash("sha256").update(content).digest("hex");
	const made: ServedPackage = {
		name,
		version,
		sha256,
		sizeBytes: content.length,
		url: await lab.origin.serve(file, `${name}-${version}`),
	};
	return { ...packageEntry(made), type };
}
