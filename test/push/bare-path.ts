import { mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";

const FOLDERS = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"];
/** What a minimal installation does not have. */
const EXTRAS = new Set(["aria2c", "curl", "wget", "fleetseed-agent", "node"]);

/** A PATH with this host's programs, but for those that a bare machine lacks. */
export function barePath(folder: string, also: readonly string[] = []): string {
	const path = join(folder, "programs");
	mkdirSync(path, { recursive: true });
	const programs = new Map(
		FOLDERS.flatMap((from) => readdirSync(from).map((name) => [name, join(from, name)] as const)),
	);
	for (const [name, target] of programs)
		if (!EXTRAS.has(name) || also.includes(name)) symlinkSync(target, join(path, name));
	return path;
}
