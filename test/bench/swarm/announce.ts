export interface Announcing {
	/** Hex. */
	readonly infoHash: string;
	readonly peerId: string;
	readonly port: number;
	readonly left: number;
	readonly event?: "started" | "completed";
}

export interface Address {
	readonly host: string;
	readonly port: number;
}

/** The peers that a tracker names; none when it refuses or is away. */
export async function announce(
	url: string,
	{ infoHash, peerId, port, left, event }: Announcing,
): Promise<readonly Address[]> {
	const hash = infoHash.replace(/../g, (byte) => `%${byte}`);
	const id = encodeURIComponent(peerId.padEnd(20, "0").slice(0, 20));
	const more = `port=${port}&uploaded=0&downloaded=0&left=${left}&compact=1&numwant=200${event ? `&event=${event}` : ""}`;
	const separator = url.includes("?") ? "&" : "?";
	const answer = await fetch(`${url}${separator}info_hash=${hash}&peer_id=${id}&${more}`, {
		signal: AbortSignal.timeout(5_000),
	})
		.then((response) => response.arrayBuffer())
		.catch(() => new ArrayBuffer(0));
	return compactPeers(Buffer.from(answer));
}

/** BEP 23: six bytes for each peer. */
function compactPeers(answer: Buffer): readonly Address[] {
	const [head, count = "0"] = /5:peers(\d+):/.exec(answer.toString("latin1")) ?? [];
	if (head === undefined) return [];
	const start = answer.indexOf(head) + head.length;
	const peers = answer.subarray(start, start + Number(count));
	return Array.from({ length: Math.floor(peers.length / 6) }, (_, index) => {
		const one = peers.subarray(index * 6, index * 6 + 6);
		return { host: one.subarray(0, 4).join("."), port: one.readUInt16BE(4) };
	});
}
