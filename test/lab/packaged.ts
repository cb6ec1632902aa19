import type { AuditVerification, StatusReport } from "../../src/console/cockpit.ts";
import type { Checks } from "./checks.ts";
import type { DebianPackage } from "./debian-package.ts";
import type { Evidence } from "./evidence.ts";
import { followTutorial, hush, startInOneLine } from "./first-minutes.ts";
import { hardened } from "./hardened.ts";
import { Host } from "./host.ts";
import type { Lab } from "./lab.ts";
import type { LabMachine } from "./lab-machine.ts";
import { makeSmallPackage, packageEntry, SLOW_INSTALLS } from "./small-package.ts";
import type { Steered } from "./steered.ts";
import type { Trial } from "./trial.ts";

/** systemd-analyze's word for it, from 0 to 10. */
const MOST_EXPOSURE = 1.5;
/** Longer than the unit waits before it starts again what may pass by itself. */
const TRIED_AGAIN_MS = 4_000;
const EDITED = "/etc/fleetseed/fleetseed.yaml /etc/fleetseed/inventory.yaml";
/** What the tutorial, the reloads and the upgrade have written into those. */
const OWN_LINES = [/^ {2}listen: 127\.0\.0\.1:8443$/m, /^swarm: .*6990/m, /# of this place\n[\s\S]*# of this place\n/];
const STATE = ["/var/lib/fleetseed/journal.sqlite", "/etc/fleetseed/id_ed25519", "/etc/fleetseed/policies/hello.yaml"];

/**
 * The Debian package on a machine that has no Node: started in one line; then installed and led to its first rollout by the tutorial's
 * commands alone, under its hardened unit; then reloaded, started with a mistake, made to hang, upgraded in the middle of a rollout, removed and purged.
 */
export async function packaged(lab: Lab, trial: Trial): Promise<Steered> {
	const [controller, ...machines] = lab.machines;
	if (!controller) throw new Error("this needs three machines");
	const built = await lab.debianPackage;
	if (!built) throw new Error("the Debian package is built for those who ask for this scenario");
	const host = new Host(lab, controller);
	await host.sh(`cd /root && curl -sSfO ${await lab.origin.serve(built.file, built.name)}`);
	const hasNode = (await controller.run(["sh", "-c", "command -v node"])).code === 0;
	await hush(lab.machines);
	const inOneLine = await startInOneLine(host);
	const began = trial.seconds;
	const tutorial = await followTutorial(host, machines);
	const notes: Record<string, unknown> = { tutorial_seconds: trial.seconds - began };
	const checks: Record<string, boolean> = { there_was_no_node: !hasNode, ...inOneLine, ...tutorial };
	Object.assign(notes, await exposure(host));
	checks.exposure_is_low = Number(notes.exposure) <= MOST_EXPOSURE;
	Object.assign(checks, await hardened(host), await reloads(host));
	Object.assign(checks, await startsWithAMistake(host), await hangs(host));
	const upgraded = await upgrade(lab, trial, { host, built, machines });
	const status = await host.json<StatusReport>("status --json");
	Object.assign(checks, upgraded.checks, await restores(host), await removal(host));
	return { status, evidence: upgraded.evidence, checks, notes, packageBytes: upgraded.packageBytes };
}

async function exposure(host: Host): Promise<{ readonly exposure: string }> {
	const text = await host.sh("systemd-analyze security --no-pager fleetseed.service");
	await host.sh(
		"systemd-analyze security --offline=true --threshold=15 --no-pager /lib/systemd/system/fleetseed.service",
	);
	const line = text.match(/Overall exposure level.*: ([\d.]+)/);
	host.log(line?.[0] ?? text);
	return { exposure: line?.[1] ?? "unknown" };
}

/** Settings that a reload can apply are in force, those that it cannot are named, and a mistake fails the reload and nothing else. */
async function reloads(host: Host): Promise<Checks> {
	const before = await host.property("MainPID");
	await host.sh("printf 'swarm: { peer_port: 6990, bandwidth: { up: 80mbit } }\\n' >> /etc/fleetseed/fleetseed.yaml");
	const diff = await host.sh("fleetseed diff");
	await host.sh("systemctl reload fleetseed");
	const isApplied = await host.hasLogged(/setting swarm\.bandwidth: changed, takes effect now/);
	await host.sh("echo 'naem: x' > /etc/fleetseed/policies/torn.yaml");
	const torn = await host.machine.run(["systemctl", "reload", "fleetseed"]);
	const checked = await host.machine.run(["fleetseed", "check"]);
	await host.sh("rm /etc/fleetseed/policies/torn.yaml && systemctl reload fleetseed");
	return {
		diff_names_the_settings: /swarm\.bandwidth.*now/.test(diff) && /swarm\.peer_port.*after a restart/.test(diff),
		reload_applies_what_it_can: isApplied,
		a_mistake_fails_the_reload: torn.code !== 0 && checked.code === 1 && /torn\.yaml:1:1/.test(checked.stdout),
		a_reload_starts_nothing_again: (await host.property("MainPID")) === before,
		still_active: (await host.property("ActiveState")) === "active",
	};
}

/** It fails at once, says where the mistake is, and is not tried again; once that is mended it starts. */
async function startsWithAMistake(host: Host): Promise<Checks> {
	const file = "/etc/fleetseed/fleetseed.yaml";
	await host.sh(`cp -p ${file} /root/right.yaml && echo 'swarn: {}' >> ${file}`);
	const { code } = await host.machine.run(["systemctl", "restart", "fleetseed"]);
	await host.pause(TRIED_AGAIN_MS);
	const isFailed = (await host.sh("systemctl --failed --no-legend --plain")).includes("fleetseed.service");
	const restarts = await host.property("NRestarts");
	const status = await host.property("StatusText");
	await host.sh(`cp -p /root/right.yaml ${file} && systemctl start fleetseed`);
	return {
		a_mistake_fails_the_start: code !== 0 && isFailed && restarts === "0",
		its_place_is_the_status: /fleetseed\.yaml:\d+:\d+.*swarn/.test(status),
		mended_it_starts: (await host.property("ActiveState")) === "active",
	};
}

/** A daemon that no longer turns is killed by the watchdog and started again. */
async function hangs(host: Host): Promise<Checks> {
	await host.sh("mkdir -p /run/systemd/system/fleetseed.service.d");
	await host.sh("printf '[Service]\\nWatchdogSec=6\\n' > /run/systemd/system/fleetseed.service.d/lab.conf");
	await host.sh("systemctl daemon-reload && systemctl restart fleetseed");
	const before = await host.property("MainPID");
	await host.pause(8_000);
	const isKept = (await host.property("MainPID")) === before;
	await host.sh(`kill -STOP ${before}`);
	await host.waitFor("the watchdog starts it again", async () => {
		const isNew = !["0", before].includes(await host.property("MainPID"));
		return isNew && (await host.property("ActiveState")) === "active" ? true : null;
	});
	const isKilled = await host.hasLogged(/watchdog timeout/i);
	await host.sh(
		"rm -r /run/systemd/system/fleetseed.service.d && systemctl daemon-reload && systemctl restart fleetseed",
	);
	return { watchdog_lets_a_live_one_be: isKept, watchdog_kills_one_that_hangs: isKilled };
}

interface Upgrading {
	readonly host: Host;
	readonly built: DebianPackage;
	readonly machines: readonly LabMachine[];
}

/** The next version is installed while installers run: the rollout goes on, and each of them runs once. */
async function upgrade(lab: Lab, trial: Trial, { host, built, machines }: Upgrading) {
	const known = machines.slice(0, 2);
	const small = await makeSmallPackage(lab, "lab-upgrade", "1.0");
	for (const machine of known) await machine.must(["touch", SLOW_INSTALLS]);
	const policy = {
		version: 1,
		name: "upgrade",
		packages: [packageEntry(small)],
		targets: { machines: known.map(({ name }) => name) },
		schedule: "now",
	};
	const next = `${built.version}+next`;
	await host.sh(`cd /root && dpkg-deb -R ${built.name} next && sed -i 's/^Version: .*/Version: ${next}/' next/DEBIAN/control
		echo '# of the next release' | tee -a next/etc/fleetseed/fleetseed.yaml next/etc/fleetseed/policies/README
		dpkg-deb -Znone --build next fleetseed_next.deb >/dev/null && rm -r next`);
	await host.machine.must(["tee", "/etc/fleetseed/policies/upgrade.yaml"], JSON.stringify(policy));
	await host.sh("systemctl reload fleetseed");
	const before = await host.property("MainPID");
	await host.waitFor("installers run", async () => {
		const { rollouts } = await host.json<StatusReport>("status --json");
		const rows = rollouts.find((each) => each.policy === "upgrade")?.machines ?? [];
		return rows.length > 0 && rows.every(({ state }) => state === "installing") ? true : null;
	});
	await host.sh("echo '# of this place' | tee -a /etc/fleetseed/fleetseed.yaml /etc/fleetseed/inventory.yaml");
	const edited = await host.sh(`cat ${EDITED}`);
	// The release has changed fleetseed.yaml, too: this is the answer to dpkg's question that its default is.
	const keep = "-o Dpkg::Options::=--force-confold";
	host.log(await host.sh(`cd /root && apt install -y ${keep} ./fleetseed_next.deb 2>&1 | tail -3`));
	const after = await host.property("MainPID");
	const during = of(await trial.evidence(small), known);
	for (const machine of known) await machine.must(["rm", SLOW_INSTALLS]);
	await host.waitFor("the rollout is done after the upgrade", async () => {
		const { rollouts } = await host.json<StatusReport>("status --json");
		const rows = rollouts.find((each) => each.policy === "upgrade")?.machines ?? [];
		return rows.length > 0 && rows.every(({ state }) => state === "verified") ? true : null;
	});
	const evidence = of(await trial.evidence(small), known);
	const isOfNext = async (name: string) =>
		(await host.machine.run(["grep", "-q", "next release", `/etc/fleetseed/${name}`])).code === 0;
	const checks = {
		upgraded_in_mid_rollout: after !== before && after !== "0" && during.every(({ isInstalled }) => !isInstalled),
		edits_survive_the_upgrade:
			(await host.sh(`cat ${EDITED}`)) === edited && OWN_LINES.every((each) => each.test(edited)),
		what_nobody_edited_is_the_new_ones: await isOfNext("policies/README"),
		the_new_ones_own_is_beside_it: await isOfNext("fleetseed.yaml.dpkg-dist"),
		the_new_one_is_in_force: (await host.sh("dpkg-query --show fleetseed")).trim() === `fleetseed\t${next}`,
		all_installed: evidence.every(({ isInstalled }) => isInstalled),
		installer_ran_once: evidence.every(({ installerRuns }) => installerRuns.length === 1),
	};
	return { checks, evidence, packageBytes: small.sizeBytes };
}

function of(evidence: readonly Evidence[], machines: readonly LabMachine[]): readonly Evidence[] {
	return evidence.filter(({ machine }) => machines.some(({ name }) => name === machine));
}

/** By the words of docs/operations.md, over a journal that has gone on meanwhile. */
async function restores(host: Host): Promise<Checks> {
	const file = "/root/backup.sqlite";
	const { head, is_intact } = JSON.parse(await host.sh(`fleetseed backup ${file} --json`)) as AuditVerification;
	const mode = await host.sh(`stat -c "%a %U" ${file}`);
	await host.sh("fleetseed pause --reason 'after the backup' && systemctl stop fleetseed");
	await host.sh("install -d -o fleetseed -g fleetseed -m 0700 /var/lib/fleetseed");
	await host.sh("rm -f /var/lib/fleetseed/journal.sqlite-wal /var/lib/fleetseed/journal.sqlite-shm");
	await host.sh(`install -o fleetseed -g fleetseed -m 0600 ${file} /var/lib/fleetseed/journal.sqlite`);
	await host.sh("systemctl start fleetseed");
	const verified = await host.sh(`fleetseed audit verify --head ${head.seq}:${head.hash}`);
	const { paused, totals } = await host.json<StatusReport>("status --json");
	return {
		backup_beside_the_service_is_whole: is_intact && mode.trim() === "600 root",
		restored_journal_is_what_was_backed_up: /every line is what was written/.test(verified),
		restored_state_is_that_of_the_backup: paused === null && totals.installed > 0,
	};
}

async function removal(host: Host): Promise<Checks> {
	const there = async (path: string) => (await host.machine.run(["test", "-e", path])).code === 0;
	const all = async (paths: readonly string[]) => (await Promise.all(paths.map(there))).every(Boolean);
	await host.sh("apt remove -y fleetseed 2>&1");
	const isLeft = await all(STATE);
	const isOff = (await host.machine.run(["systemctl", "is-active", "fleetseed"])).code !== 0;
	await host.sh("apt purge -y fleetseed 2>&1");
	const left = (await host.sh("ls -d /var/lib/fleetseed /etc/fleetseed /usr/lib/fleetseed 2>/dev/null || true")).trim();
	const degraded = await host.sh("systemctl --failed --no-legend --plain || true");
	return {
		removal_leaves_data: isLeft && isOff,
		purge_removes_data: left === "",
		nothing_failed_is_left: !degraded.includes("fleetseed"),
	};
}
