const HEADER_BYTES = 64;
const SECTION_BYTES = 64;
const ALLOC = 2n;
const NOBITS = 8;
const NAMES = "\0.shstrtab\0";

/**
 * A 64-bit little-endian ELF executable without what is not loaded: symbols and debug information, a seventh of Node. Like strip(1), which
 * only knows the architectures that it was built for: those parts stand behind all that is loaded, and the table of sections behind them.
 */
export function stripElf(file: Buffer): Buffer {
	if (file.readUInt32BE(0) !== 0x7f454c46 || file[4] !== 2 || file[5] !== 1) throw new Error("not a 64-bit ELF file");
	const [at, count] = [Number(file.readBigUInt64LE(0x28)), file.readUInt16LE(0x3c)];
	const headers = Array.from({ length: count }, (_, index) =>
		Buffer.from(file.subarray(at + index * SECTION_BYTES, at + (index + 1) * SECTION_BYTES)),
	);
	const names = file.subarray(offsetOf(headers[file.readUInt16LE(0x3e)]));
	const kept = headers.filter((header, index) => index === 0 || (header.readBigUInt64LE(8) & ALLOC) !== 0n);
	if (kept.some((header, index) => header !== headers[index])) throw new Error("what is loaded does not stand first");
	const end = Math.max(
		...kept.map((header) => offsetOf(header) + (header.readUInt32LE(4) === NOBITS ? 0 : sizeOf(header))),
	);
	const texts = kept.map((header) => nameAt(names, header.readUInt32LE(0)));
	const table = `${NAMES}${texts.filter(Boolean).join("\0")}\0`;
	for (const [index, header] of kept.entries())
		header.writeUInt32LE(texts[index] ? table.indexOf(`\0${texts[index]}\0`) + 1 : 0, 0);
	const sections = [...kept, namesHeader(end, table.length)];
	const padding = -(end + table.length) & 7;
	const stripped = Buffer.concat([file.subarray(0, end), Buffer.from(table), Buffer.alloc(padding), ...sections]);
	stripped.writeBigUInt64LE(BigInt(end + table.length + padding), 0x28);
	stripped.writeUInt16LE(sections.length, 0x3c);
	stripped.writeUInt16LE(sections.length - 1, 0x3e);
	return stripped;
}

function namesHeader(offset: number, size: number): Buffer {
	const header = Buffer.alloc(SECTION_BYTES);
	header.writeUInt32LE(NAMES.indexOf(".shstrtab"), 0);
	header.writeUInt32LE(3, 4);
	header.writeBigUInt64LE(BigInt(offset), 0x18);
	header.writeBigUInt64LE(BigInt(size), 0x20);
	header.writeBigUInt64LE(1n, 0x30);
	return header;
}

function offsetOf(header: Buffer | undefined): number {
	return header ? Number(header.readBigUInt64LE(0x18)) : HEADER_BYTES;
}

function sizeOf(header: Buffer): number {
	return Number(header.readBigUInt64LE(0x20));
}

function nameAt(names: Buffer, offset: number): string {
	return names.toString("latin1", offset, names.indexOf(0, offset));
}
