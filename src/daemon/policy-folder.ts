import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Event } from "../model/event.ts";
import type { Fleet } from "../model/fleet.ts";
import type { Policy } from "../model/policy.ts";
import type { Problem } from "../policy/document.ts";
import { duplicateName } from "../policy/duplicate-name.ts";
import { parsePolicy } from "../policy/parse-policy.ts";
import { readText, unreadable } from "./read-text.ts";

export interface PolicyFolder {
	readonly policies: readonly { readonly policy: Policy; readonly source: string }[];
	readonly problems: readonly Problem[];
	/** Whether what this file said before stays live, since what it says now cannot be read. */
	readonly isTorn: (source: string) => boolean;
}

/** Reads every *.yaml and *.yml of the folder, in name order; one bad file takes nothing from the others. */
export async function readPolicyFolder(folder: string): Promise<PolicyFolder> {
	const listed = await readdir(folder).catch((error: Error) => unreadable(folder, "FS-CONFIG", error));
	if (!Array.isArray(listed)) return { policies: [], problems: [listed], isTorn: () => true };
	const names = listed.filter((name) => /\.ya?ml$/.test(name)).sort();
	const policies: { policy: Policy; source: string }[] = [];
	const problems: Problem[] = [];
	const tornFiles = new Set<string>();
	for (const name of names) {
		const source = join(folder, name);
		const text = await readText(source, "FS-CONFIG");
		const parsed = typeof text === "string" ? parsePolicy(text, source) : { problems: [text] };
		const twin = "policy" in parsed ? policies.find(({ policy }) => policy.name === parsed.policy.name) : undefined;
		const found =
			"problems" in parsed ? parsed.problems : twin ? [duplicateName(source, parsed.policy.name, twin.source)] : [];
		problems.push(...found);
		if (found.length > 0) tornFiles.add(source);
		else if ("policy" in parsed) policies.push({ policy: parsed.policy, source });
	}
	return { policies, problems, isTorn: (source) => tornFiles.has(source) };
}

/** The events that bring the fleet to what the folder says. A policy goes only when its file is gone or says another name. */
export function policyEvents(fleet: Fleet, folder: PolicyFolder, at: number): readonly Event[] {
	const names = new Set(folder.policies.map(({ policy }) => policy.name));
	const gone = [...fleet.policies].filter(([name, { source }]) => !names.has(name) && !folder.isTorn(source));
	return [
		...gone.map(([policy]): Event => ({ kind: "PolicyRemoved", policy, at })),
		...folder.policies.map(({ policy, source }): Event => ({ kind: "PolicyApplied", policy, source, at })),
	];
}
