import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";

/** Hex SHA-256 of a file. */
export async function digestOf(file: string): Promise<string> {
	const sum = createHash("sha256");
	await pipeline(createReadStream(file), sum);
	return sum.digest("hex");
}
