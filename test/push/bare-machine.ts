import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { TestContext } from "node:test";
import { gzipSync } from "node:zlib";
import type { Delivery, Helper } from "../../src/push/task.ts";
import { barePath } from "./bare-path.ts";
import { lab, NO_LIMITS, taskOf } from "./lab.ts";
import { sha256Of } from "./stage.ts";

export const CONTENT = randomBytes(1_500_000);
export const SHA256 = sha256Of(CONTENT);

/** A helper that finds the bytes in the machine's home, and seeds while ~/seed is there. */
export const PEER = `#!/bin/sh
[ "$1" = --version ] && exit 0
while [ $# -gt 0 ]; do
	case $1 in --folder) folder=$2 ;; --on-complete) program=$2 ;; esac
	[ "$1" = fetch ] && shift || shift 2
done
for package in ~/bytes/*; do cp "$package" "$folder/"; "$program" gid 1 "$folder/\${package##*/}"; done
while [ -e ~/seed ]; do sleep 0.05; done
`;

/** A machine with nothing but what every Debian has, and what a test adds. */
export async function bareMachine(t: TestContext, also: readonly string[] = []) {
	const at = await lab(t, { env: { PATH: barePath(t, also) } });
	const chosen: string[] = [];
	const reads: number[] = [];
	const delivery: Delivery = {
		methods: ["agent", "helper", "aria2c", "http", "sftp"],
		sizeBytes: CONTENT.length,
		stallMs: 20_000,
		torrent: async () => Buffer.from("torrent"),
		url: async () => "http://127.0.0.1:9/",
		rates: () => NO_LIMITS,
		heardBytes: () => 0,
		read: (offset) => {
			reads.push(offset);
			return Readable.from([CONTENT.subarray(offset, offset + 700_000), CONTENT.subarray(offset + 700_000)]);
		},
		helperFor: async () => null,
		onReached: () => undefined,
		onChosen: async (method, because) => void chosen.push(`${method}: ${because}`),
	};
	const deliver = (more: Partial<Delivery> = {}, sha256 = SHA256) =>
		at.pusher.deliver(at.target, taskOf({ sha256 }), { ...delivery, ...more }, at.signal);
	const staged = () => readFile(join(at.state, "packages", SHA256));
	return { ...at, chosen, reads, deliver, staged };
}

export function helperOf(script: string) {
	const counts = { reads: 0 };
	const gzip = gzipSync(script);
	const helper: Helper = {
		sha256: sha256Of(script),
		sizeBytes: script.length,
		gzipBytes: gzip.length,
		readGzip: () => {
			counts.reads++;
			return Readable.from([gzip]);
		},
	};
	return { counts, helper, helperFor: async () => helper };
}
