import { showTable } from "../../bench/show.ts";
import type { HeldLock } from "./held-lock.ts";
import type { Kind, Rounds } from "./rounds.ts";

export type CampaignResult = Rounds["result"] & {
	readonly seed: number;
	readonly seconds: number;
	readonly machines: number;
	/** Null: nobody held it. */
	readonly lock: HeldLock | null;
	readonly holds: boolean;
};

const WHAT: Readonly<Record<Kind, string>> = {
	ssh: "SSH connections killed",
	daemon: "daemon killed (SIGKILL)",
	reboot: "power cut while dpkg ran",
};

export function showCampaign(result: CampaignResult): void {
	const kinds = ["ssh", "daemon", "reboot"] as const;
	const rows = kinds.map((kind) => {
		const { hits, during_the_installer, installed, cleanly_failed, unclean, ...runs } = result[kind];
		const counts = [hits, during_the_installer, installed, cleanly_failed, unclean];
		return [WHAT[kind], ...[...counts, runs.ran_more_often_than_attempts, runs.most_attempts].map(String)];
	});
	const head = ["", "hits", "in the installer", "installed", "cleanly failed", "unclean", "ran twice", "most attempts"];
	showTable(head, rows);
	if (result.lock)
		console.log(`dpkg's lock was held: the install took ${result.lock.waitedSeconds} s, and said: ${result.lock.said}`);
}
