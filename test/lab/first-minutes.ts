import type { MachineRow, StatusReport } from "../../src/console/cockpit.ts";
import type { Checks } from "./checks.ts";
import { AT_HOME, type Host } from "./host.ts";
import type { LabMachine } from "./lab-machine.ts";
import { readTutorial } from "./tutorial.ts";

/** The first three queries are out after 3.3 s, and answers come at once. */
const FOUND_BY_THEN_MS = 8_000;

/** The image announces SSH by itself; here it is the page's commands that have to bring that about. */
export async function hush(machines: readonly LabMachine[]): Promise<void> {
	const script = "rm /etc/avahi/services/ssh.service && systemctl restart avahi-daemon";
	await Promise.all(machines.map((each) => each.must(["sh", "-ec", script])));
}

/** The README's one line, without `init` before it; ends as it began, with nothing installed. Before any machine announces itself. */
export async function startInOneLine(host: Host): Promise<Checks> {
	await host.type("apt install ./fleetseed_*.deb && fleetseed check && systemctl enable --now fleetseed");
	const hasNoKey = (await host.machine.run(["test", "-e", "/etc/fleetseed/id_ed25519"])).code !== 0;
	const isOn = (await host.property("ActiveState")) === "active" && (await isEnabled(host));
	await host.pause(FOUND_BY_THEN_MS);
	const found = await namesFound(host);
	await host.sh("systemctl disable --now fleetseed");
	const isOff = (await host.property("ActiveState")) === "inactive" && !(await isEnabled(host));
	await host.sh("apt purge -y fleetseed 2>&1");
	return {
		one_line_starts_it_without_init: hasNoKey && isOn,
		nobody_is_found_who_says_nothing: found.length === 0,
		one_line_stops_it: isOff,
	};
}

/** Every block of the page in its order, as it stands there, on a terminal as a person has one. */
export async function followTutorial(host: Host, machines: readonly LabMachine[]): Promise<Checks> {
	const led = machines.slice(0, 2);
	for (const { where, answersYes, script } of await readTutorial()) {
		if (where === "controller") await host.type(script, answersYes ? "y\n" : undefined);
		else {
			const key = await host.sh("cat /etc/fleetseed/id_ed25519.pub");
			for (const machine of led) await machine.must([...AT_HOME, "bash", "-ec", script], key);
		}
	}
	const found = await namesFound(host);
	const status = await host.json<StatusReport>("status --json");
	const greetings = await Promise.all(led.map((each) => each.must(["cat", "/usr/local/share/hello.txt"])));
	const ways = status.rollouts.flatMap((rollout) => rollout.ways.map(({ method }) => method));
	return {
		those_are_found_who_announce_themselves: found.join() === led.map(({ name }) => name).join(),
		its_status_says_what_is_waited_for: /(waits for|looks again) \S/.test(await host.property("StatusText")),
		service_is_active: (await host.property("ActiveState")) === "active",
		first_rollout_is_done: status.totals.installed === 2 && status.totals.failed === 0,
		hello_is_there: greetings.every((text, index) => text.trim() === `hello from ${led[index]?.name}`),
		it_was_seeded_from_the_hardened_unit: ways.length > 0 && ways.every((way) => way === "helper"),
		the_key_stays_roots: (await host.sh("stat -c '%U %a' /etc/fleetseed/id_ed25519")).trim() === "root 600",
		the_daemon_is_not_root:
			(await host.sh(`stat -c %U /proc/${await host.property("MainPID")}`)).trim() === "fleetseed",
	};
}

/** In order. */
async function namesFound(host: Host): Promise<readonly string[]> {
	const rows = await host.json<readonly MachineRow[]>("machines --json");
	return rows.map(({ name }) => name).sort();
}

async function isEnabled(host: Host): Promise<boolean> {
	return (await host.machine.run(["systemctl", "is-enabled", "--quiet", "fleetseed"])).code === 0;
}
