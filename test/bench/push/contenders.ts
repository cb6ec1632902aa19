import { join } from "node:path";
import type { Fleet } from "./sshds.ts";

/** What each machine is brought to: nothing, or a package that is installed where it is not there yet. */
export const JOBS = ["nothing", "install"] as const;
export type JobName = (typeof JOBS)[number];

/** How the others detect and install in one command line; fleetseed's detection looks at the same file. */
const INSTALL = '[ -e "$HOME/installed" ] || touch "$HOME/installed"';

const LINES: Readonly<Record<JobName, string>> = { nothing: "true", install: INSTALL };

export interface Race {
	readonly fleet: Fleet;
	readonly job: JobName;
	/** Machines at a time. */
	readonly parallel: number;
	/** For files of the client's own. */
	readonly folder: string;
	/** Where fleetseed's own client leaves a CPU profile; null: it makes none. */
	readonly cpuProf: string | null;
}

export interface Contender {
	readonly name: string;
	/** The Debian package that brings it, by a file of it. */
	readonly needs: readonly [name: string, file: string] | null;
	readonly argv: (race: Race) => readonly string[];
	readonly env?: (race: Race) => Readonly<Record<string, string>>;
}

const ansibleEnv = ({ fleet, folder }: Race) => ({
	ANSIBLE_SSH_ARGS: `-F ${fleet.sshConfig} -o ControlMaster=auto -o ControlPersist=60s`,
	ANSIBLE_SSH_CONTROL_PATH_DIR: join(folder, "cp"),
	ANSIBLE_LOCAL_TEMP: join(folder, "tmp"),
	ANSIBLE_PYTHON_INTERPRETER: "/usr/bin/python3",
	HOME: folder,
});

function ansible(module: string): Contender {
	return {
		name: `ansible ${module}`,
		needs: ["ansible-core", "/usr/bin/ansible"],
		argv: ({ fleet, job, parallel }) => {
			const line = module === "command" && job === "install" ? `/bin/sh -c '${INSTALL}'` : LINES[job];
			return ["ansible", "all", "-i", fleet.hosts, "-f", String(parallel), "-m", module, "-a", line];
		},
		env: ansibleEnv,
	};
}

export const CONTENDERS: readonly Contender[] = [
	{
		name: "fleetseed",
		needs: null,
		argv: ({ fleet, job, parallel, folder, cpuProf }) => [
			process.execPath,
			"--disable-warning=ExperimentalWarning",
			...(cpuProf === null ? [] : ["--cpu-prof", `--cpu-prof-dir=${cpuProf}`]),
			join(import.meta.dirname, "fleetseed.ts"),
			join(fleet.hosts, "../fleet.json"),
			job,
			String(parallel),
			join(folder, "told.json"),
		],
	},
	{
		name: "xargs + ssh",
		needs: ["openssh-client", "/usr/bin/ssh"],
		argv: ({ fleet, job, parallel }) => {
			return [
				"xargs",
				"-a",
				fleet.hosts,
				"-P",
				String(parallel),
				"-I{}",
				"ssh",
				"-n",
				"-F",
				fleet.sshConfig,
				"{}",
				LINES[job],
			];
		},
	},
	{
		name: "clush",
		needs: ["clustershell", "/usr/bin/clush"],
		argv: ({ fleet, job, parallel }) => {
			const options = ["-q", "-S", "-f", String(parallel), "-o", `-F ${fleet.sshConfig}`];
			return ["clush", ...options, "--hostfile", fleet.hosts, LINES[job]];
		},
	},
	{
		name: "pssh",
		needs: ["pssh", "/usr/bin/parallel-ssh"],
		argv: ({ fleet, job, parallel }) => {
			return ["parallel-ssh", "-h", fleet.hosts, "-p", String(parallel), "-x", `-F ${fleet.sshConfig}`, LINES[job]];
		},
	},
	ansible("raw"),
	ansible("command"),
];
