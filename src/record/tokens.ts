import type { DatabaseSync, SQLOutputValue, StatementSync } from "node:sqlite";

/** Who may use the API over TCP, as what. The secret itself is nowhere: only its digest is kept. */
export interface TokenRecord {
	readonly id: string;
	/** Who acts with it, for the journal. */
	readonly name: string;
	readonly role: string;
	/** Hex SHA-256 of the whole token. */
	readonly digest: string;
	readonly madeAt: number;
	readonly madeBy: string;
	/** ms since the epoch; null: never. */
	readonly expiresAt: number | null;
	readonly revokedAt: number | null;
}

export class TokenTable {
	readonly #db: DatabaseSync;
	readonly #find: StatementSync;
	/** Each request over TCP asks for its token. By id; nobody else writes the table. */
	readonly #found = new Map<string, TokenRecord>();

	constructor(db: DatabaseSync) {
		this.#db = db;
		this.#find = db.prepare("SELECT * FROM tokens WHERE id = ?");
	}

	/** false: another token that counts has the name. */
	add(token: Omit<TokenRecord, "revokedAt">): boolean {
		const { id, name, role, digest, madeAt, madeBy, expiresAt } = token;
		const { changes } = this.#db
			.prepare(
				"INSERT INTO tokens (id, name, role, digest, made_at, made_by, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
			)
			.run(id, name, role, digest, madeAt, madeBy, expiresAt);
		return changes === 1;
	}

	/** null: there is none that counts. */
	revoke(id: string, at: number): TokenRecord | null {
		this.#found.delete(id);
		const revoke = this.#db.prepare("UPDATE tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL");
		return revoke.run(at, id).changes === 1 ? this.find(id) : null;
	}

	find(id: string): TokenRecord | null {
		const found = this.#found.get(id);
		if (found) return found;
		const row = this.#find.get(id);
		if (!row) return null;
		const token = tokenOf(row);
		this.#found.set(id, token);
		return token;
	}

	/** Newest first, with those that were revoked. */
	list(): readonly TokenRecord[] {
		return this.#db.prepare("SELECT * FROM tokens ORDER BY made_at DESC, id").all().map(tokenOf);
	}
}

function tokenOf(row: Record<string, SQLOutputValue>): TokenRecord {
	return {
		id: String(row.id),
		name: String(row.name),
		role: String(row.role),
		digest: String(row.digest),
		madeAt: Number(row.made_at),
		madeBy: String(row.made_by),
		expiresAt: row.expires_at === null ? null : Number(row.expires_at),
		revokedAt: row.revoked_at === null ? null : Number(row.revoked_at),
	};
}
