import type { Checks } from "./checks.ts";
import type { Host } from "./host.ts";

const NO_CAPABILITY = "0000000000000000";
const CAPABILITIES = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"];
/** The length of a map that leaves nobody out. */
const ALL_USERS = "4294967295";
const AS_DAEMON = "setpriv --reuid=fleetseed --regid=fleetseed --clear-groups";
/** Readable by everybody, so that it is the unit that keeps the daemon away from it. */
const NOTE = "/home/lab/note";

/**
 * What the unit promises, asked of the kernel about the running daemon. Its files are tried in its mount namespace with all of root's
 * powers, and the same is done outside, where it has to succeed.
 */
export async function hardened(host: Host): Promise<Checks> {
	const pid = await host.property("MainPID");
	return { ...(await powers(host, pid)), ...(await files(host, pid)) };
}

async function powers(host: Host, pid: string): Promise<Checks> {
	const [status, first] = [await host.sh(`cat /proc/${pid}/status`), await host.sh("cat /proc/1/status")];
	const field = (name: string, of = status) => of.match(new RegExp(`^${name}:\\s*(\\S+)$`, "m"))?.[1];
	// A machine of the lab has filters of its container's: the unit's own come on top.
	const hasOwnFilters = Number(field("Seccomp_filters")) > Number(field("Seccomp_filters", first));
	return {
		no_new_privileges: field("NoNewPrivs") === "1",
		system_calls_are_filtered: field("Seccomp") === "2" && hasOwnFilters,
		no_capability_is_left: CAPABILITIES.every((name) => field(name) === NO_CAPABILITY),
		other_users_are_not_mapped: !(await host.sh(`cat /proc/${pid}/uid_map`)).includes(ALL_USERS),
	};
}

async function files(host: Host, pid: string): Promise<Checks> {
	await host.sh(`install -d -m 0755 /home/lab && touch ${NOTE} /tmp/lab-note`);
	const inside = (script: string) => host.machine.run(["nsenter", "-t", pid, "-m", "sh", "-c", script]);
	const failsInside = async (script: string, seen: RegExp) => {
		const [there, here] = [await host.machine.run(["sh", "-c", script]), await inside(script)];
		const isSo = there.code === 0 && here.code !== 0 && seen.test(here.stderr);
		if (!isSo) host.log(`${script}: outside exit ${there.code}, in the unit exit ${here.code}: ${here.stderr.trim()}`);
		return isSo;
	};
	const cannotBeWritten = (folder: string) => failsInside(writeInto(folder), /Read-only file system/);
	const isNotThere = (path: string) => failsInside(`ls ${path}`, /No such file/);
	return {
		etc_cannot_be_written: (await cannotBeWritten("/etc")) && (await cannotBeWritten("/etc/fleetseed")),
		programs_cannot_be_written: await cannotBeWritten("/usr/lib/fleetseed"),
		homes_are_out_of_reach: await failsInside(`${AS_DAEMON} ls ${NOTE}`, /Permission denied/),
		homes_are_empty_even_for_root: (await isNotThere(NOTE)) && (await isNotThere("/root/.ssh")),
		tmp_is_its_own: await isNotThere("/tmp/lab-note"),
		of_proc_only_processes: await isNotThere("/proc/sys"),
		its_state_can_be_written: (await inside(`${AS_DAEMON} sh -c '${writeInto("/var/lib/fleetseed")}'`)).code === 0,
	};
}

function writeInto(folder: string): string {
	return `touch ${folder}/lab-written && rm ${folder}/lab-written`;
}
