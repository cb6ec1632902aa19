import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { must } from "./command.ts";
import type { Lab } from "./lab.ts";
import type { ServedPackage } from "./small-package.ts";

const FILES = 400;
const FILE_BYTES = 8 * 1024;
/** Its script takes a while, so that what strikes at random strikes it, too. */
const POSTINST = "#!/bin/sh\nset -e\nfor second in 1 2; do sleep 1; done\n";

/** A Debian package of many files, which dpkg is at for some seconds. */
export async function makeSlowPackage(lab: Lab, name: string, version: string): Promise<ServedPackage> {
	const folder = join(lab.footprint.folder, `${name}-${version}`);
	const content = join(folder, "usr/share", name);
	await mkdir(join(folder, "DEBIAN"), { recursive: true });
	await mkdir(content, { recursive: true });
	const lines = [`Package: ${name}`, `Version: ${version}`, "Architecture: all", "Maintainer: Lab <lab@example.org>"];
	await writeFile(join(folder, "DEBIAN/control"), `${lines.join("\n")}\nDescription: takes its time\n`);
	await writeFile(join(folder, "DEBIAN/postinst"), POSTINST, { mode: 0o755 });
	for (let index = 0; index < FILES; index += 1)
		await writeFile(join(content, String(index)), Buffer.alloc(FILE_BYTES, `${version} ${index} `));
	const file = `${folder}.deb`;
	await must(["dpkg-deb", "--root-owner-group", "-Znone", "--build", folder, file]);
	const bytes = await readFile(file);
	const url = await lab.origin.serve(file, `${name}-${version}.deb`);
	return { name, version, url, sha256: createHash("sha256").update(bytes).digest("hex"), sizeBytes: bytes.length };
}
