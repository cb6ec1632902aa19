import type { Finding } from "../../console/host-reports.ts";

export function good(about: string, saw: string): Finding {
	return { about, state: "good", saw, mend: null };
}

export function note(about: string, saw: string, mend: string): Finding {
	return { about, state: "note", saw, mend };
}

export function wrong(about: string, saw: string, mend: string): Finding {
	return { about, state: "wrong", saw, mend };
}
