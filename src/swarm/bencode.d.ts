/** What we use of bencode 4.0.1; it has no types. */
declare module "bencode" {
	/** Byte strings stay bytes; keys become text. */
	type Bencoded = number | Uint8Array | readonly Bencoded[] | { readonly [key: string]: Bencoded };
	const bencode: {
		decode(bytes: Uint8Array): Bencoded | null;
		encode(value: unknown): Uint8Array;
	};
	export default bencode;
	export type { Bencoded };
}
