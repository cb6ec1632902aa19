/** A registry value: text as text, numbers in decimal, anything else as its bytes in hex. */
export type RegistryValues = ReadonlyMap<string, string>;

/**
 * The text of a file that `reg export` wrote: the values of each key, names in lower case, the default value under "". Unlike what `reg query`
 * prints it has neither words of the system's language nor characters of its code page.
 */
export function parseReg(text: string): ReadonlyMap<string, RegistryValues> {
	const keys = new Map<string, Map<string, string>>();
	let values = new Map<string, string>();
	for (const line of text.replace(/\\\r?\n\s*/g, "").split(/\r?\n/)) {
		const key = /^\[(.+)\]$/.exec(line)?.[1];
		if (key !== undefined) {
			values = new Map();
			keys.set(key.toLowerCase(), values);
			continue;
		}
		const [, name, written] = /^(@|"(?:[^"\\]|\\.)*")=(.*)$/.exec(line) ?? [];
		if (name === undefined || written === undefined) continue;
		values.set(name === "@" ? "" : plain(name).toLowerCase(), readValue(written));
	}
	return keys;
}

function readValue(written: string): string {
	if (written.startsWith('"')) return plain(written);
	const [, type = "", data = ""] = /^(dword|hex(?:\([0-9a-f]+\))?):(.*)$/i.exec(written) ?? [];
	if (type === "dword") return String(Number.parseInt(data, 16));
	const bytes = Buffer.from(data.replaceAll(",", ""), "hex");
	// REG_EXPAND_SZ and REG_MULTI_SZ are UTF-16 with a zero after each text.
	if (type === "hex(2)") return bytes.toString("utf16le").replace(/\0+$/, "");
	if (type === "hex(7)") return bytes.toString("utf16le").replace(/\0+$/, "").replaceAll("\0", "\n");
	return type === "hex(b)" ? bytes.readBigUInt64LE().toString() : bytes.toString("hex");
}

function plain(quoted: string): string {
	return quoted.slice(1, -1).replace(/\\(.)/g, "$1");
}
