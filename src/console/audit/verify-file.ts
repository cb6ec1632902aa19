import { accessSync, constants } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { type ChainSoFar, type Head, verifyChain } from "../../record/verify-chain.ts";
import type { AuditVerification } from "../cockpit.ts";
import { verificationOf } from "./audit-desk.ts";

/** Looks at a journal's file by itself; it is only read. */
export function verifyFile(file: string, known: Head | null): AuditVerification | { readonly unreadable: string } {
	let db: DatabaseSync;
	try {
		accessSync(file, constants.R_OK);
		db = new DatabaseSync(file, { readOnly: true });
	} catch (error) {
		return { unreadable: `${file}: ${(error as Error).message}` };
	}
	try {
		let soFar: ChainSoFar | null = null;
		for (soFar of verifyChain(db, known ? [known] : []));
		return verificationOf(soFar);
	} finally {
		db.close();
	}
}
