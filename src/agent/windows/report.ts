import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { KEPT_BYTES } from "../../model/job-contract.ts";
import { readState } from "./job-folder.ts";

/** `STATE CODE MARKER BOOT_ID TOTAL HEAD TAIL` on one line, then the kept output. */
export async function report(folder: string): Promise<Buffer> {
	const state = await readState(folder);
	const { code, marker, bootId } = state.kind === "exited" ? state : { code: "-", marker: "-", bootId: "-" };
	const { head, tail, totalBytes } = await keptOutput(folder);
	const line = `${state.kind} ${code} ${marker} ${bootId} ${totalBytes} ${head.length} ${tail.length}\n`;
	return Buffer.concat([Buffer.from(line), head, tail]);
}

/** Chunk 0 is the head; of the others the last two are there. */
async function keptOutput(folder: string) {
	const names = await readdir(folder).catch(() => []);
	const numbers = names.flatMap((name) => /^output\.(\d+)$/.exec(name)?.[1] ?? []).map(Number);
	const last = Math.max(0, ...numbers);
	const chunk = (n: number) => readFile(join(folder, `output.${n}`)).catch(() => Buffer.alloc(0));
	const head = await chunk(0);
	if (last === 0) return { head, tail: Buffer.alloc(0), totalBytes: head.length };
	const end = await chunk(last);
	const before = last > 1 ? (await chunk(last - 1)).subarray(end.length) : Buffer.alloc(0);
	return { head, tail: Buffer.concat([before, end]), totalBytes: last * KEPT_BYTES + end.length };
}
