import type { MachineFacts } from "../model/facts.ts";

/** The kernel's names of what Debian names otherwise. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
	x86_64: "amd64",
	aarch64: "arm64",
	i486: "i386",
	i586: "i386",
	i686: "i386",
	armv7l: "armhf",
	ppc64le: "ppc64el",
};

const NAME = /^[A-Za-z0-9][A-Za-z0-9._~+-]{0,63}$/;
const BOOT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** "uninitialized" stands there before the first boot is over, machine-id(5). */
const MACHINE_ID = /^(?!0{32})[0-9a-f]{32}$/;
const SHELL = /^(\/[A-Za-z0-9._/+-]{1,127}|[A-Za-z]:\\[A-Za-z0-9 ._()\\-]{1,127})$/;
const COUNT = /^\d{1,12}$/;

/**
 * The lines of `machine_facts` in scripts/machine.ts. What the machine says is data: a name has at most 64 characters of a few kinds, and a
 * distribution or version that is not one is left out. Null: the answer is not whole.
 */
export function parseMachineFacts(lines: readonly string[]): MachineFacts | null {
	const said = new Map(lines.map((line) => [line.split(" ", 2).join(" "), line.split(" ").slice(2).join(" ")]));
	const [os, arch] = [nameOf(said.get("machine os")), nameOf(said.get("machine arch"))];
	const [freeKib, memoryKib] = [countOf(said.get("machine free")), countOf(said.get("machine memory"))];
	const users = countOf(said.get("machine users"));
	const [bootId, reboot] = [said.get("machine boot") ?? "", said.get("machine reboot")];
	if (os === null || arch === null || freeKib === null || memoryKib === null || users === null) return null;
	if (!isBootId(bootId) || (reboot !== "yes" && reboot !== "no")) return null;
	const distribution = nameOf(unquote(said.get("machine distribution") ?? ""));
	return {
		os: os.toLowerCase(),
		...(distribution === null ? {} : { distribution }),
		osVersion: nameOf(unquote(said.get("machine version") ?? "")) ?? "",
		arch: ARCHITECTURES[arch] ?? arch,
		diskFreeBytes: freeKib * 1024,
		memoryBytes: memoryKib * 1024,
		bootId,
		isRebootNeeded: reboot === "yes",
		users,
		...linkOf(said.get("machine link")),
		...detailsOf(said),
	};
}

/** What no decision needs, except that machines with one id are one; what is not as it should be is left out. */
function detailsOf(said: ReadonlyMap<string, string>): Partial<MachineFacts> {
	const [shell, init] = [said.get("machine shell"), nameOf(said.get("machine init"))];
	// Windows has a GUID in its place: MachineGuid.
	const id = said.get("machine id")?.toLowerCase().replaceAll("-", "");
	const diskKib = countOf(said.get("machine disk"));
	return {
		...(id !== undefined && MACHINE_ID.test(id) ? { machineId: id } : {}),
		...(shell !== undefined && SHELL.test(shell) ? { shell } : {}),
		...(init === null ? {} : { init }),
		...(diskKib === null ? {} : { diskBytes: diskKib * 1024 }),
		packageManagers: namesIn(said.get("machine managers")).map((name) => (name === "apt-get" ? "apt" : name)),
		deliveryTools: namesIn(said.get("machine tools")),
		userNames: namesIn(said.get("machine names")).toSorted(),
	};
}

function namesIn(words = ""): readonly string[] {
	return words.split(" ").filter((word) => NAME.test(word));
}

export function isBootId(word: string): boolean {
	return BOOT_ID.test(word);
}

/** In Mbit/s; 0 or -1 where the driver does not know. */
function linkOf(word: string | undefined): Pick<MachineFacts, "linkBytesPerSecond"> {
	const mbit = countOf(word) ?? 0;
	return mbit > 0 ? { linkBytesPerSecond: mbit * 125_000 } : {};
}

/** A value of os-release(5) without its quotes. What a shell would put together or expand in another way is no name, and refused as such. */
function unquote(value: string): string {
	return /^(["']?)(.*)\1$/.exec(value)?.[2] ?? "";
}

function nameOf(word: string | undefined): string | null {
	return word !== undefined && NAME.test(word) ? word : null;
}

function countOf(word: string | undefined): number | null {
	return word !== undefined && COUNT.test(word) ? Number(word) : null;
}
