import { readFileSync } from "node:fs";

const MANIFEST = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
const { version: RELEASE } = JSON.parse(MANIFEST) as { readonly version: string };

/** The release's: of what runs, also after an upgrade has put another one's files in its place. */
export function version(): string {
	return RELEASE;
}
