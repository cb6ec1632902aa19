/** Our own peers begin their id with this (BEP 20). */
export const OUR_PEER_ID = "-FS0100-";

const OUR_HEX = Buffer.from(OUR_PEER_ID).toString("hex");

/** Whether it is a peer of ours that goes by this id, in hex; everybody else is a stranger, with habits of his own. */
export function isOurPeer(peerId: string): boolean {
	return peerId.startsWith(OUR_HEX);
}
