/** What the other side says before anything is encrypted. */
export interface Opening {
	/** Its version line, such as "SSH-2.0-OpenSSH_9.2p1"; null: it has sent none. */
	readonly version: string | null;
	/** What it said instead of, or before, its version; printable characters only. */
	readonly said: string;
	/** The algorithms that it offers (RFC 4253, section 7.1); null: they have not come. */
	readonly offer: Offer | null;
}

export interface Offer {
	readonly "key exchange": readonly string[];
	readonly "host key": readonly string[];
	readonly cipher: readonly string[];
	readonly MAC: readonly string[];
}

const KEXINIT = 20;
const COOKIE_BYTES = 16;

/** Total, whatever the bytes are. */
export function readOpening(bytes: Buffer): Opening {
	const text = bytes.toString("latin1");
	const at = /(^|\n)SSH-/.exec(text);
	if (!at) return { version: null, said: clean(text), offer: null };
	const begin = at.index + (at[1] ?? "").length;
	const end = text.indexOf("\n", begin);
	const said = clean(text.slice(0, begin));
	if (end < 0) return { version: null, said, offer: null };
	return { version: clean(text.slice(begin, end)), said, offer: readOffer(bytes.subarray(end + 1)) };
}

/** The first binary packet: length, padding length, KEXINIT, cookie, and name-lists of which the first ones matter here. */
function readOffer(packet: Buffer): Offer | null {
	let at = 4 + 1 + 1 + COOKIE_BYTES;
	if (packet.length < at || packet[5] !== KEXINIT) return null;
	const next = (): readonly string[] | null => {
		if (packet.length < at + 4) return null;
		const end = at + 4 + packet.readUInt32BE(at);
		if (packet.length < end) return null;
		const names = clean(packet.toString("latin1", at + 4, end));
		at = end;
		return names.split(",");
	};
	const [kex, hostKey, cipher, back, mac] = [next(), next(), next(), next(), next()];
	return kex && hostKey && cipher && back && mac
		? { "key exchange": kex, "host key": hostKey, cipher, MAC: mac }
		: null;
}

function clean(text: string): string {
	return text
		.replace(/[^\x20-\x7e]+/g, " ")
		.trim()
		.slice(0, 400);
}
