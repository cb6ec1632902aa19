import { createHmac, createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** The secret that machines' tracker tokens are made from; made once, kept beside the state. */
export function readSecret(file: string): KeyObject {
	if (!existsSync(file)) writeFileSync(file, randomBytes(32), { mode: 0o600, flag: "wx" });
	return createSecretKey(readFileSync(file));
}

/** A machine's tracker token: 32 hex digits that only this controller can make. */
export function tokenFor(secret: KeyObject, machine: string): string {
	return createHmac("sha256", secret).update(machine).digest("hex").slice(0, 32);
}
