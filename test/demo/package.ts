import { execFile } from "node:child_process";
import { createCipheriv, createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { chmod, mkdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

export interface DemoPackage {
	readonly file: string;
	readonly sha256: string;
	readonly sizeBytes: number;
}

/** A tar.gz with a small program and `sizeBytes` of data that does not compress: what a real package is to the network. */
export async function makePackage(folder: string, sizeBytes: number): Promise<DemoPackage> {
	const content = join(folder, "content");
	await mkdir(join(content, "bin"), { recursive: true });
	await writeFile(join(content, "bin", "atlas"), "#!/bin/sh\necho atlas 1.0\n");
	await chmod(join(content, "bin", "atlas"), 0o755);
	const noise = createCipheriv("aes-128-ctr", Buffer.alloc(16, 7), Buffer.alloc(16));
	await writeFile(join(content, "maps.data"), noise.update(Buffer.alloc(sizeBytes)));
	const file = join(folder, "atlas.tar.gz");
	await promisify(execFile)("tar", ["-C", content, "--use-compress-program=gzip -1", "-cf", file, "."]);
	await rm(content, { recursive: true });
	return { file, sha256: await digest(file), sizeBytes: (await stat(file)).size };
}

async function digest(file: string): Promise<string> {
	const hash = createHash("sha256");
	for await (const chunk of createReadStream(file)) hash.update(chunk);
	return hash.digest("hex");
}
