import { readFileSync } from "node:fs";

const MANIFEST = readFileSync(new URL("../../package.json", import.meta.url), "utf8");

/** The release's: of what runs, also after an upgrade has put another one's files in its place. */
export function version(): string {
	return (JSON.parse(MANIFEST) as { readonly version: string }).version;
}
