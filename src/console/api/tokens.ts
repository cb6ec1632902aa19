import { hash, randomBytes, timingSafeEqual } from "node:crypto";
import type { TokenEvent } from "../../model/event.ts";
import type { TokenRecord, TokenTable } from "../../record/tokens.ts";
import { roles } from "../answers/tokens.ts";
import type { TokenMade, TokenRow } from "../cockpit.ts";
import { iso, isoOrNull } from "../time-text.ts";
import type { Owner } from "./access-record.ts";
import type { Principal } from "./principal.ts";

export interface TokenOrder {
	/** Who will act with it, for the journal. */
	readonly name: string;
	readonly role: Principal["role"];
	readonly lifetimeMs: number | null;
	readonly by: string;
}

interface TokensOptions {
	readonly table: TokenTable;
	readonly record: (events: readonly (TokenEvent & { readonly at: number })[]) => void;
	readonly now: () => number;
}

/** fst_, then 8 hex digits that name the token, then 256 random bits, which no one can try out; so a plain digest is enough. */
const FORM = /^fst_([0-9a-f]{8})_[A-Za-z0-9_-]{43}$/;

/** Who may use the API over TCP. A token is shown once; what is kept is its digest. */
export class Tokens {
	readonly #options: TokensOptions;

	constructor(options: TokensOptions) {
		this.#options = options;
	}

	list(): readonly TokenRow[] {
		return this.#options.table.list().map(row);
	}

	/** null: a token that counts has the name already. One that has run out makes room. */
	make({ name, role, lifetimeMs, by }: TokenOrder): Omit<TokenMade, "url"> | null {
		const { table, record, now } = this.#options;
		const at = now();
		const ranOut = table.list().find((each) => each.name === name && each.revokedAt === null && !this.counts(each.id));
		if (ranOut) this.revoke(ranOut.id, by);
		const id = randomBytes(4).toString("hex");
		const token = `fst_${id}_${randomBytes(32).toString("base64url")}`;
		const expiresAt = lifetimeMs === null ? null : at + lifetimeMs;
		const kept = { id, name, role, digest: digest(token).toString("hex"), madeAt: at, madeBy: by, expiresAt };
		if (!table.add(kept)) return null;
		record([{ kind: "TokenMade", token: id, name, role, expiresAt, by, at }]);
		return { ...row({ ...kept, revokedAt: null }), token };
	}

	/** By its id. null: there is none that counts. */
	revoke(id: string, by: string): TokenRow | null {
		const { table, record, now } = this.#options;
		const at = now();
		const revoked = table.revoke(id, at);
		if (revoked) record([{ kind: "TokenRevoked", token: id, name: revoked.name, by, at }]);
		return revoked && row(revoked);
	}

	/** Whose token it is; null: nobody's, or no longer anybody's. */
	find(token: string): (Principal & Owner) | null {
		const kept = this.#kept(token);
		if (!kept || !this.counts(kept.id)) return null;
		return { name: kept.name, role: roles.parse(kept.role), token: kept.id };
	}

	/** Whose token it was, and why it counts no longer; null: it never was one, or it counts. */
	findFormer(token: string): (Owner & { readonly why: string }) | null {
		const kept = this.#kept(token);
		if (!kept || this.counts(kept.id)) return null;
		const { id, name, revokedAt, expiresAt } = kept;
		const why = revokedAt === null ? `it ran out at ${iso(expiresAt ?? 0)}` : `it was revoked at ${iso(revokedAt)}`;
		return { name, token: id, why };
	}

	/** By its id: neither revoked nor run out. */
	counts(id: string): boolean {
		return this.#counting(id) !== null;
	}

	/** By all of it, whether it counts or not. */
	#kept(token: string): TokenRecord | null {
		const id = FORM.exec(token)?.[1];
		const kept = id === undefined ? null : this.#options.table.find(id);
		return kept && timingSafeEqual(digest(token), Buffer.from(kept.digest, "hex")) ? kept : null;
	}

	#counting(id: string): TokenRecord | null {
		const kept = this.#options.table.find(id);
		if (!kept || kept.revokedAt !== null) return null;
		return kept.expiresAt !== null && kept.expiresAt <= this.#options.now() ? null : kept;
	}
}

function digest(token: string): Buffer {
	return hash("sha256", token, "buffer");
}

function row({ id, name, role, madeAt, madeBy, expiresAt, revokedAt }: TokenRecord): TokenRow {
	return {
		id,
		name,
		role: roles.parse(role),
		made_at: iso(madeAt),
		made_by: madeBy,
		expires_at: isoOrNull(expiresAt),
		revoked_at: isoOrNull(revokedAt),
	};
}
