import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { ROOT } from "../helper/bundle.ts";
import type { Release } from "./control.ts";

const OVERRIDES = join(import.meta.dirname, "lintian-overrides");

/** Licences, changes, examples and pages, each at the place that Debian's policy gives it. */
export async function stageDocuments(root: string, release: Release): Promise<void> {
	const folder = join(root, "usr/share/doc/fleetseed");
	await mkdir(folder, { recursive: true });
	await cp(join(ROOT, "config"), join(folder, "examples"), {
		recursive: true,
		filter: (path) => !path.endsWith("starter"),
	});
	await stagePages(folder);
	await writePacked(join(folder, "changelog.gz"), changelogOf(release));
	await writePacked(join(folder, "NEWS.gz"), await readFile(join(ROOT, "CHANGELOG.md"), "utf8"));
	await writeFile(join(folder, "copyright"), await copyrightOf(root));
	const overrides = join(root, "usr/share/lintian/overrides/fleetseed");
	await mkdir(dirname(overrides), { recursive: true });
	await cp(OVERRIDES, overrides);
}

/** The pages lie where the repository has docs/, without what is beside it: what they name there is brought, and named where it is. */
async function stagePages(folder: string): Promise<void> {
	const docs = join(ROOT, "docs");
	const pages = (await readdir(docs, { recursive: true })).filter((name) => name.endsWith(".md"));
	for (const name of [...pages, "../GOALS.md"]) {
		const text = await readFile(join(docs, name), "utf8");
		const file = join(folder, name.replace("../", ""));
		await mkdir(dirname(file), { recursive: true });
		await writeFile(file, text.replaceAll("](../config/", "](examples/").replaceAll("](../GOALS.md", "](GOALS.md"));
	}
}

/** Gzip keeps neither name nor time: the same text is the same file. */
export async function writePacked(file: string, text: string): Promise<void> {
	await mkdir(dirname(file), { recursive: true });
	await writeFile(file, await promisify(gzip)(text, { level: 9 }));
}

function changelogOf({ version, epoch }: Release): string {
	const date = new Date(epoch * 1000).toUTCString().replace("GMT", "+0000");
	return `fleetseed (${version}) stable; urgency=medium

  * What is new is told in NEWS.gz.

 -- The fleetseed project <fleetseed@example.org>  ${date}
`;
}

interface Manifest {
	readonly name?: string;
	readonly license?: string | { readonly type?: string };
	readonly author?: string | { readonly name?: string };
}

/** In the machine-readable form (DEP-5): ours, Node's, and each library's as it says itself. */
async function copyrightOf(root: string): Promise<string> {
	const libraries = "usr/lib/fleetseed/node_modules";
	const paragraphs: string[] = [];
	for (const path of await packagesIn(join(root, libraries))) {
		const { license, author } = JSON.parse(
			await readFile(join(root, libraries, path, "package.json"), "utf8"),
		) as Manifest;
		const holder = typeof author === "string" ? author : author?.name;
		const name = (typeof license === "string" ? license : license?.type) ?? "see the library's own files";
		paragraphs.push(`Files: ${libraries}/${path}/*
Copyright: ${(holder ?? "its authors").replace(/\s+/g, " ")}
License: ${name.replace(/[()]/g, "").replaceAll(" OR ", " or ").replaceAll(" AND ", " and ")}
`);
	}
	return `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: fleetseed
Comment: Libraries bring the text of their licences in their own folders.

Files: *
Copyright: 2026 the fleetseed project
License: Apache-2.0
 On Debian systems the text is in /usr/share/common-licenses/Apache-2.0.

Files: usr/lib/fleetseed/bin/node usr/lib/fleetseed/dist/helper/*
Copyright: Node.js contributors and the authors named in usr/lib/fleetseed/bin/LICENSE
License: MIT and others
 The text is in /usr/lib/fleetseed/bin/LICENSE.

${paragraphs.join("\n")}`;
}

/** Every folder with a manifest of its own, scopes and nested ones included. */
async function packagesIn(folder: string, prefix = ""): Promise<readonly string[]> {
	const names = await readdir(join(folder, prefix)).catch((): string[] => []);
	const found: string[] = [];
	for (const name of names.sort()) {
		const path = join(prefix, name);
		if (name.startsWith("@")) found.push(...(await packagesIn(folder, path)));
		else found.push(path, ...(await packagesIn(folder, join(path, "node_modules"))));
	}
	return found;
}
