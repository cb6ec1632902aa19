/** A block of addresses: those whose first `prefix` of `bits` bits are those of `first`. */
export interface Subnet {
	readonly bits: 32 | 128;
	readonly first: bigint;
	readonly prefix: number;
}

/** "10.2.0.0/16" or "fd00:2::/32" (RFC 4632, RFC 4291); null: neither, or bits are set beyond the prefix. */
export function parseSubnet(text: string): Subnet | null {
	const [, address = "", digits = ""] = /^([^/%]+)\/(\d{1,3})$/.exec(text) ?? [];
	const parsed = parseAddress(address);
	const prefix = Number(digits);
	if (parsed === null || prefix > parsed.bits) return null;
	const { bits, value } = parsed;
	return value % (1n << BigInt(bits - prefix)) === 0n ? { bits, first: value, prefix } : null;
}

/** A host name is in no subnet. */
export function isInSubnet({ bits, first, prefix }: Subnet, address: string): boolean {
	const parsed = parseAddress(address.replace(/^::ffff:(?=[\d.]+$)/i, "").replace(/%.*$/, ""));
	if (parsed === null || parsed.bits !== bits) return false;
	const rest = BigInt(bits - prefix);
	return parsed.value >> rest === first >> rest;
}

interface Address {
	readonly bits: 32 | 128;
	readonly value: bigint;
}

function parseAddress(text: string): Address | null {
	const v4 = parseV4(text);
	if (v4 !== null) return { bits: 32, value: v4 };
	const v6 = parseV6(text);
	return v6 === null ? null : { bits: 128, value: v6 };
}

function parseV4(text: string): bigint | null {
	if (!/^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(text)) return null;
	const octets = text.split(".").map(Number);
	return octets.some((octet) => octet > 255) ? null : joined(octets, 8n);
}

/** Eight groups, or fewer with one `::` that stands for at least one group of zeros. */
function parseV6(text: string): bigint | null {
	const halves = text.split("::");
	const [head = [], tail] = halves.map((half) => (half === "" ? [] : half.split(":")));
	const written = [...head, ...(tail ?? [])];
	const missing = 8 - written.length;
	const isWhole = halves.length === 1 ? missing === 0 : halves.length === 2 && missing >= 1;
	if (!isWhole || written.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return null;
	const zeros = Array<string>(tail ? missing : 0).fill("0");
	return joined(
		[...head, ...zeros, ...(tail ?? [])].map((group) => Number.parseInt(group, 16)),
		16n,
	);
}

function joined(parts: readonly number[], bits: bigint): bigint {
	return parts.reduce((value, part) => (value << bits) | BigInt(part), 0n);
}
