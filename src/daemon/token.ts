import { createHmac, randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** The secret that machines' tracker tokens are made from; made once, kept beside the state. */
export function readSecret(file: string): Buffer {
	if (!existsSync(file)) writeFileSync(file, randomBytes(32), { mode: 0o600, flag: "wx" });
	return readFileSync(file);
}

/** A machine's tracker token: 32 hex digits that only this controller can make. */
export function tokenFor(secret: Buffer, machine: string): string {
	return createHmac("sha256", secret).update(machine).digest("hex").slice(0, 32);
}
