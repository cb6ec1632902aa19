import { DatabaseSync } from "node:sqlite";
import { type ChainSoFar, type Head, verifyChain } from "../../record/verify-chain.ts";
import type { AuditVerification } from "../cockpit.ts";
import { verificationOf } from "./audit-desk.ts";

/** Looks at a journal's file by itself; it is only read. Throws when it cannot be opened or is no journal with a chain. */
export function verifyFile(file: string, known: Head | null): AuditVerification {
	const db = new DatabaseSync(file, { readOnly: true });
	try {
		let soFar: ChainSoFar | null = null;
		for (soFar of verifyChain(db, known));
		return verificationOf(soFar);
	} finally {
		db.close();
	}
}
