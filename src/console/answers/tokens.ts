import { z } from "zod";
import { time } from "./fields.ts";

export const roles = z.enum(["viewer", "operator", "approver", "admin"]).meta({ id: "Role" });

const DAYS = "expected 1 to 3650 days";

/** How long a token may count. */
export const tokenDays = z.int(DAYS).min(1, DAYS).max(3650, DAYS);

export const tokenRow = z
	.object({
		id: z.string(),
		name: z.string(),
		role: roles,
		made_at: time,
		made_by: z.string(),
		expires_at: time.nullable(),
		revoked_at: time.nullable(),
	})
	.meta({ id: "TokenRow" });

export const tokenMade = tokenRow
	.extend({
		token: z.string().describe("Shown this once; only its SHA-256 is kept."),
		url: z.string().nullable().describe("Where it counts; null: the API is on the unix socket alone."),
	})
	.meta({ id: "TokenMade" });

export const session = z
	.object({
		name: z.string().nullable().describe("null: on the unix socket, where each request says who asks."),
		role: roles,
	})
	.meta({ id: "Session" });
