import { mkdir, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ShimJob } from "../../model/shim.ts";
import { stateFolder } from "./state.ts";

/**
 * Whether the job may start: none of the same fence that is newer has, nor has it been here itself, whose folder may have been pruned since. Each leaves
 * a mark of its own before it looks at the others', so that of two at the same time the older one sees the newer, or was first.
 */
export async function passFence(fence: ShimJob["fence"]): Promise<boolean> {
	if (!fence) return true;
	if (!/^[0-9a-f]{1,64}$/.test(fence.of)) throw new RangeError("not a fence");
	const folder = join(stateFolder(), "fences", fence.of);
	await mkdir(folder, { recursive: true });
	const mine = [fence.run, fence.attempt] as const;
	const mark = await open(join(folder, mine.join("-")), "wx").catch((error: NodeJS.ErrnoException) => {
		if (error.code === "EEXIST") return null;
		throw error;
	});
	if (!mark) return false;
	await mark.sync();
	await mark.close();
	const passed = (await readdir(folder)).map((name) => name.split("-").map(Number));
	const isNewer = ([run = 0, attempt = 0]: readonly number[]) =>
		run > mine[0] || (run === mine[0] && attempt > mine[1]);
	if (passed.some(isNewer)) return false;
	for (const each of passed)
		if (each.join("-") !== mine.join("-")) await rm(join(folder, each.join("-")), { force: true });
	return true;
}
