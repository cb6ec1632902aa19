import { open } from "node:fs/promises";

/** Programs have their headers at the begin, and resources of this size at most. */
const HEADERS_BYTES = 4_096;
const RESOURCES_BYTES = 64 * 2 ** 20;

const SECTION_BYTES = 40;
const NAME = Buffer.from("VS_VERSION_INFO\0", "utf16le");
/** VS_FIXEDFILEINFO begins with it; FileVersionMS and FileVersionLS follow the version of the structure itself. */
const SIGNATURE = 0xfeef04bd;

/**
 * The version that a program or library of Windows carries, as its properties show it: "2.10.0.34". Null: it carries none. Source: "PE Format" and
 * "VS_VERSIONINFO" in Microsoft's documentation of Windows.
 */
export async function fileVersion(path: string): Promise<string | null> {
	const file = await open(path, "r");
	try {
		const read = async (at: number, bytes: number) => {
			const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, at);
			return buffer.subarray(0, bytesRead);
		};
		const place = findResources(await read(0, HEADERS_BYTES));
		return place && versionIn(await read(place.at, Math.min(place.bytes, RESOURCES_BYTES)));
	} finally {
		await file.close();
	}
}

/** Where the section of resources is in the file. */
function findResources(headers: Buffer): { readonly at: number; readonly bytes: number } | null {
	if (headers.length < 64 || headers.toString("latin1", 0, 2) !== "MZ") return null;
	const pe = headers.readUInt32LE(60);
	if (pe + 24 > headers.length || headers.toString("latin1", pe, pe + 4) !== "PE\0\0") return null;
	const count = headers.readUInt16LE(pe + 6);
	const first = pe + 24 + headers.readUInt16LE(pe + 20);
	for (let at = first; at < first + count * SECTION_BYTES && at + SECTION_BYTES <= headers.length; at += SECTION_BYTES)
		if (headers.toString("latin1", at, at + 6) === ".rsrc\0")
			return { bytes: headers.readUInt32LE(at + 16), at: headers.readUInt32LE(at + 20) };
	return null;
}

function versionIn(resources: Buffer): string | null {
	const name = resources.indexOf(NAME);
	if (name < 0) return null;
	// The structure is aligned to four bytes within its resource.
	for (let at = name + NAME.length; at < name + NAME.length + 4 && at + 16 <= resources.length; at++)
		if (resources.readUInt32LE(at) === SIGNATURE) {
			const [high, low] = [resources.readUInt32LE(at + 8), resources.readUInt32LE(at + 12)];
			return [high >>> 16, high & 0xffff, low >>> 16, low & 0xffff].join(".");
		}
	return null;
}
