import { byWhom } from "./act.ts";
import type { RebootsReport, RingReport, RolloutReport } from "./cockpit.ts";
import { someOf } from "./counted.ts";
import type { ApprovalReport } from "./policy-reports.ts";
import { printable } from "./printable.ts";
import { shortRevision } from "./short-revision.ts";
import type { Style } from "./style.ts";
import { bar } from "./table.ts";
import { minute } from "./time-text.ts";

/** Deliveries that are drawn one by one. */
const SHOWN = 20;

/** A policy's rollout: what holds it, its rings with their gates, its reboots, and what is being delivered. */
export function renderRollout(report: RolloutReport, style: Style): string {
	const { policy, revision, run, held, rings } = report;
	const begun = run === null ? "" : `, run ${minute(run)}`;
	const heading = `${policy} (revision ${shortRevision(revision)}${begun})${held ? `: ${held}` : ""}`;
	return [
		printable(heading),
		...steering(report).map((line) => style.bad(`  ${printable(line)}`)),
		...marks(report).map((line) => `  ${printable(line)}`),
		...rings.map((ring) => ringLine(ring, style)),
		...waysLine(report),
		...deliveries(report),
	].join("\n");
}

/** What people have done to it, or have to. */
function steering({ paused, halted, rolls_back, approval }: RolloutReport): readonly string[] {
	return [
		...(paused ? [`paused by ${byWhom(paused)} since ${minute(paused.at)}`] : []),
		...(halted ? [`aborted by ${byWhom(halted)} at ${minute(halted.at)}`] : []),
		...(rolls_back === null ? [] : [`goes back: revision ${shortRevision(rolls_back)} failed`]),
		...(approval && !approval.is_approved ? [approvalLine(approval)] : []),
	];
}

export function approvalLine({ required, approvers, given, is_approved }: ApprovalReport): string {
	const by = given.map((each) => `${each.by}${each.counts ? "" : " (not an approver)"}`);
	const count = given.filter(({ counts }) => counts).length;
	const whose = approvers.length === 0 ? "" : `; approvers: ${approvers.join(", ")}`;
	const names = by.length === 0 ? "" : ` by ${by.join(", ")}`;
	return `${is_approved ? "approved" : "waits for approval"}: ${count} of ${required}${names}${whose}`;
}

function marks({ approval, missed_runs, next_run, reboots, absent_names }: RolloutReport): readonly string[] {
	return [
		...(approval?.is_approved ? [approvalLine(approval)] : []),
		...(missed_runs.length > 0 ? [`missed runs: ${missed_runs.map(minute).join(", ")}`] : []),
		...(next_run === null ? [] : [`next run: ${minute(next_run)}`]),
		...rebootsLine(reboots),
		...absentLine(absent_names),
	];
}

function absentLine({ machines, groups }: RolloutReport["absent_names"]): readonly string[] {
	return [
		...(machines.length > 0 ? [`named, but neither found nor listed: ${someOf(machines)}`] : []),
		...(groups.length > 0
			? [`named, but without a machine: ${groups.length === 1 ? "group" : "groups"} ${someOf(groups)}`]
			: []),
	];
}

function rebootsLine({ due, done, failed, under_way }: RebootsReport): readonly string[] {
	const names = under_way.slice(0, 3).map(({ machine, back_by }) => `${machine}, back by ${minute(back_by)}`);
	const parts = [
		...(under_way.length > 0 ? [`${under_way.length} under way (${someOf(names, under_way.length)})`] : []),
		...(due > 0 ? [`${due} due`] : []),
		...(done > 0 ? [`${done} done`] : []),
		...(failed > 0 ? [`${failed} failed`] : []),
	];
	return parts.length === 0 ? [] : [`reboots: ${parts.join(", ")}`];
}

function ringLine(ring: RingReport, style: Style): string {
	const { name, state, machines, verified, failed, left_out, unreachable, gate, prestaging } = ring;
	const drawn = bar(machines === 0 ? 0 : verified / machines);
	const counts = [
		`${verified} of ${machines} installed`,
		...(failed > 0 ? [style.bad(`${failed} failed`)] : []),
		...(left_out > 0 ? [`${left_out} left out`] : []),
		...(unreachable > 0 ? [`${unreachable} out of reach`] : []),
		state,
	];
	const waits = [
		...(gate && gate.kind !== "ring_waiting" ? [gate.sentence] : []),
		...(prestaging ? [`${share(prestaging)} hold the packages, installs start at ${prestaging.threshold} %`] : []),
	];
	const line = `  ${printable(name).padEnd(16)} ${state === "waiting" ? drawn : style.good(drawn)} ${counts.join(", ")}`;
	return waits.length === 0 ? line : `${line}; ${printable(waits.join("; "))}`;
}

function waysLine({ ways }: RolloutReport): readonly string[] {
	if (ways.length === 0) return [];
	return [`  came by: ${ways.map(({ method, machines }) => `${printable(method)} ${machines}`).join(", ")}`];
}

function share({ holding, counted }: NonNullable<RingReport["prestaging"]>): string {
	return `${holding} of ${counted} (${counted === 0 ? 0 : Math.floor((holding / counted) * 100)} %)`;
}

function deliveries({ machines }: RolloutReport): readonly string[] {
	const underWay = machines.filter(({ progress }) => progress !== null);
	const lines = underWay.slice(0, SHOWN).map(({ machine, progress }) => {
		return `    ${printable(machine).padEnd(14)} ${bar(progress ?? 0)} ${Math.floor((progress ?? 0) * 100)} % delivered`;
	});
	return underWay.length > SHOWN ? [...lines, `    and ${underWay.length - SHOWN} more are being delivered to`] : lines;
}
