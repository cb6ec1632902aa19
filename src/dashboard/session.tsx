import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type { Role, Session } from "../console/cockpit.ts";
import { del, get, told } from "./api.ts";
import { tell } from "./told.tsx";

/** Who looks at the page; null: not known yet. */
export const Who = createContext<Session | null>(null);

const AGAIN_MS = 5000;

export function useSession(): Session | null {
	const [session, setSession] = useState<Session | null>(null);
	useEffect(() => {
		let timer: ReturnType<typeof setTimeout>;
		const ask = () => get<Session>("session").then(setSession, again);
		const again = () => {
			timer = setTimeout(ask, AGAIN_MS);
		};
		ask();
		return () => clearTimeout(timer);
	}, []);
	return session;
}

/** Why the person who looks may not do what takes this role; null: it may be tried, and the daemon has the last word. */
export function useRefusal(needed: Role): string | null {
	const session = useContext(Who);
	if (!session || session.role === "admin" || session.role === needed) return null;
	return `It takes the role ${needed}; yours is ${session.role}`;
}

/** By which name acts are written down, and the way out. */
export function LoggedIn() {
	const session = useContext(Who);
	if (!session) return null;
	const logOut = () =>
		del("session").then(
			() => location.reload(),
			(error: unknown) => tell({ text: told(error), isBad: true }),
		);
	return (
		<span class="text-light">
			<span>
				{session.name}, {session.role}
			</span>{" "}
			<button type="button" class="outline" onClick={logOut}>
				Log out
			</button>
		</span>
	);
}
