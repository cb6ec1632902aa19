import { mkdtempSync, readdirSync, symlinkSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

const FOLDERS = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"];
/** What a minimal installation of Debian does not have. */
const EXTRAS = new Set([
	...["aria2c", "curl", "wget", "fleetseed-agent", "node"],
	...["rpm", "dnf", "dnf-3", "yum", "zypper", "needs-restarting"],
]);

/** A PATH with this host's programs, but for those that a bare machine lacks; gone when the test ends. */
export function barePath(t: TestContext, also: readonly string[] = []): string {
	const path = mkdtempSync(join(tmpdir(), "fleetseed-programs-"));
	t.after(() => rm(path, { recursive: true, force: true }));
	const programs = new Map(
		FOLDERS.flatMap((from) => readdirSync(from).map((name) => [name, join(from, name)] as const)),
	);
	for (const [name, target] of programs)
		if (!EXTRAS.has(name) || also.includes(name)) symlinkSync(target, join(path, name));
	return path;
}
