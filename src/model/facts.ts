/** What one detection rule found on the machine, in the order of the package's rules. */
export type Observation =
	| { readonly type: "package" /** null: not installed. */; readonly version: string | null }
	| {
			readonly type: "file";
			readonly exists: boolean /** Read only when the rule names a digest. */;
			readonly sha256?: string;
			/** Read only when the rule names a version; "-": it carries none. */
			readonly version?: string;
	  }
	| {
			readonly type: "registry";
			readonly exists: boolean /** Of the value that the rule names. */;
			readonly data?: string;
	  }
	| { readonly type: "msi" /** null: not installed. */; readonly version: string | null }
	| { readonly type: "script"; readonly exitCode: number }
	| { readonly type: "unreadable"; readonly detail: string };

/** The job record that the machine keeps for one attempt. `lost`: it started, then ended without a result (a reboot). */
export type JobState =
	| { readonly kind: "none" }
	| { readonly kind: "running" }
	| { readonly kind: "exited"; readonly exitCode: number }
	| { readonly kind: "lost" };

/** What the machine is, read in the same session as whatever else was asked. */
export interface MachineFacts {
	/** "linux", "windows". */
	readonly os: string;
	/** ID of os-release(5): "debian"; absent where there is none. */
	readonly distribution?: string;
	/** VERSION_ID of os-release(5): "12"; empty where it is not known. */
	readonly osVersion: string;
	/** As Debian names it: "amd64", "arm64", "i386", "armhf"; else as the kernel does. */
	readonly arch: string;
	/** Free for us where packages are staged. */
	readonly diskFreeBytes: number;
	readonly memoryBytes: number;
	/** Changes with every boot (random(4)); proof of a reboot. */
	readonly bootId: string;
	/** The machine says that it needs a reboot. */
	readonly isRebootNeeded: boolean;
	/** People logged in. */
	readonly users: number;
	/** machine-id(5): one for each installation of a system. Absent: there is none, or it was not asked for. */
	readonly machineId?: string;
	/** The shell of the user who does the work: "/bin/bash"; on Windows the one that sshd starts. */
	readonly shell?: string;
	/** What runs as process 1: "systemd", "init". */
	readonly init?: string;
	/** Of "apt", "dpkg", "rpm", "dnf", "yum", "zypper", "apk", "pacman". */
	readonly packageManagers?: readonly string[];
	/** Of "curl", "wget", "aria2c", "fleetseed-agent": what a package may come by. */
	readonly deliveryTools?: readonly string[];
	/** The size of the file system where packages are staged. */
	readonly diskBytes?: number;
	/** Who is logged in, each once, as the machine names them. */
	readonly userNames?: readonly string[];
	/** What the interface with the default route can, in bytes per second; absent: it does not say. */
	readonly linkBytesPerSecond?: number;
}

/** The answer to `inspect`: read in one session, about one attempt of one package. */
export interface PackageFacts {
	readonly observations: readonly Observation[];
	readonly job: JobState;
	/** The staging path holds a file with the package's digest. */
	readonly isStaged: boolean;
	/** What the script of the package's requirements said; absent: it has none. */
	readonly requirement?: Observation;
}

export type Verdict = "verified" | "differs" | "unknown";
