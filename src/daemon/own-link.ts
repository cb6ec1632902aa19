import { readFile } from "node:fs/promises";

const BYTES_PER_MBIT = 125_000;

/** What the controller's interface with the default route says that it can, in bytes per second; null: it does not say. */
export async function readOwnLink(root = "/"): Promise<number | null> {
	const routes = await readOrNothing(`${root}proc/net/route`);
	const [name] = routes.split("\n").flatMap((line) => {
		const [iface = "", destination] = line.split("\t");
		return destination === "00000000" ? [iface] : [];
	});
	if (name === undefined) return null;
	const mbit = Number(await readOrNothing(`${root}sys/class/net/${name.trim()}/speed`));
	return mbit > 0 ? mbit * BYTES_PER_MBIT : null;
}

/** An interface that is down, or none of copper or glass, refuses to be read. */
function readOrNothing(file: string): Promise<string> {
	return readFile(file, "utf8").catch(() => "");
}
