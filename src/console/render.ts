import { byWhom } from "./act.ts";
import type { FailingDownload, MachineGroup, StatusReport, Totals } from "./cockpit.ts";
import { counted, someOf } from "./counted.ts";
import { printable } from "./printable.ts";
import { renderRollout } from "./render-rollout.ts";
import { sizeText } from "./size-text.ts";
import type { Style } from "./style.ts";
import { table } from "./table.ts";
import { minute } from "./time-text.ts";

/** `isEach`: one line for each machine that is not done, instead of one for all that wait for the same. */
export function renderStatus(report: StatusReport, style: Style, isEach = false): string {
	const { paused, problems, failing_downloads, rollouts, excluded, groups, machines, totals } = report;
	const each = machines.map((machine) => ({ ...machine, reason: machine.reason, machines: 1, names: [machine.name] }));
	const rows = (isEach ? each.filter(isOpen) : groups).map(groupRow);
	return [
		printable(report.waiting_for),
		...(paused ? [style.bad(`everything is paused by ${printable(byWhom(paused))} since ${minute(paused.at)}`)] : []),
		...problems.map((problem) => style.bad(printable(problem))),
		...failing_downloads.map((each) => style.bad(printable(failingDownloadLine(each)))),
		...rollouts.map((rollout) => renderRollout(rollout, style)),
		...excludedLine(excluded),
		...(rows.length > 0 ? [table(["machine", "state", "reason"], rows, style)] : []),
		...(totals.machines + totals.left_out > 0 ? [renderTotals(totals)] : []),
	].join("\n");
}

/** "atlas 1.0 cannot be downloaded, since 2026-11-26 01:00Z: https://... answered 404 (FS-ACQUIRE-HTTP); it is tried again by itself. ..." */
function failingDownloadLine({ names, since, detail, code, is_final, advice }: FailingDownload): string {
	const again = is_final ? "it is not tried again by itself" : "it is tried again by itself";
	return `${names.join(", ")} cannot be downloaded, since ${minute(since)}: ${detail} (${code}); ${again}. ${advice}`;
}

function isOpen({ state }: { readonly state: string }): boolean {
	return state !== "verified" && state !== "not_targeted";
}

function groupRow({ state, reason, machines, names }: MachineGroup): readonly string[] {
	return [someOf(names, machines), state.replaceAll("_", " "), reason ?? ""];
}

function excludedLine(excluded: StatusReport["excluded"]): readonly string[] {
	if (excluded.length === 0) return [];
	const names = excluded.slice(0, 3).map((each) => `${each.machine} by ${byWhom(each)}`);
	return [printable(`${counted(excluded.length, "machine")} excluded: ${someOf(names, excluded.length)}`)];
}

export function renderTotals(totals: Totals): string {
	const { machines, installed, failed, rolled_back, left_out, package_bytes } = totals;
	const also = [
		`${failed} failed`,
		...(rolled_back > 0 ? [`${rolled_back} rolled back`] : []),
		...(left_out > 0 ? [`${left_out} left out`] : []),
	];
	const ways = package_bytes === 0 ? [] : [waysOfBytes(totals)];
	return [`${installed} of ${machines} installed, ${also.join(", ")}`, ...ways].join("\n");
}

/** How often the packages crossed each link: what an administrator pays for, in packages. */
function waysOfBytes({ package_bytes, origin_bytes, controller_uplink_bytes, peer_bytes }: Totals): string {
	const times = (bytes: number) => (bytes / package_bytes).toFixed(2);
	const downloaded =
		times(origin_bytes) === "1.00" ? "downloaded once (1.00 x)" : `downloaded ${times(origin_bytes)} x`;
	const sent = `sent by the controller ${times(controller_uplink_bytes)} x, by machines to each other ${times(peer_bytes)} x`;
	return `${sizeText(package_bytes)} of packages: ${downloaded}, ${sent}`;
}
