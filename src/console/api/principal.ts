import type { Role } from "../cockpit.ts";

/** Who asks. */
export interface Principal {
	/** null: somebody on the unix socket, who says in each request who it is. */
	readonly name: string | null;
	readonly role: Role;
	/** The token's id; null on the unix socket. */
	readonly token: string | null;
}

/** Who may open the socket may do everything. */
export const ON_THE_SOCKET: Principal = { name: null, role: "admin", token: null };

/** Who steers does not approve, and who approves does not steer, so that neither can do alone what takes both. */
const MAY: Readonly<Record<Role, readonly Role[]>> = {
	viewer: ["viewer"],
	operator: ["viewer", "operator"],
	approver: ["viewer", "approver"],
	admin: ["viewer", "operator", "approver", "admin"],
};

/** Whether somebody with the one role may do what takes the other. */
export function may(role: Role, needed: Role): boolean {
	return MAY[role].includes(needed);
}

declare module "fastify" {
	interface FastifyRequest {
		principal: Principal;
	}
	interface FastifyContextConfig {
		/** What it takes to use the route; absent: nobody may, over TCP. */
		role?: Role;
		/** Takes the token out of its body, which is how one logs in. */
		isLogin?: true;
	}
}
