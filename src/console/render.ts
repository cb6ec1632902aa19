import type { PlanReport, RolloutReport, StatusReport, Totals, WhyReport } from "./cockpit.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";
import { bar, table } from "./table.ts";

export function renderStatus(report: StatusReport, style: Style): string {
	const open = report.machines.filter(({ state }) => state !== "verified" && state !== "not_targeted");
	const rows = open.map(({ name, state, reason }) => [name, state, reason ?? ""]);
	return [
		printable(report.waiting_for),
		...(report.paused
			? [style.bad(`paused by ${printable(report.paused.by)}: ${printable(report.paused.reason)}`)]
			: []),
		...report.problems.map((problem) => style.bad(printable(problem))),
		...report.rollouts.map((rollout) => renderRollout(rollout, style)),
		...(rows.length > 0 ? [table(["machine", "state", "reason"], rows, style)] : []),
		renderTotals(report.totals),
	].join("\n");
}

function renderRollout({ policy, held, rings, machines }: RolloutReport, style: Style): string {
	const underWay = machines.filter(({ progress }) => progress !== null);
	return [
		`${printable(policy)}${held ? `: ${printable(held)}` : ""}`,
		...rings.map(({ name, state, machines: of, verified, failed }) => {
			const counts = `${verified} of ${of} installed${failed > 0 ? style.bad(`, ${failed} failed`) : ""}`;
			const drawn = bar(of === 0 ? 0 : verified / of);
			return `  ${printable(name).padEnd(16)} ${state === "waiting" ? drawn : style.good(drawn)} ${counts}, ${state}`;
		}),
		...underWay.map(({ machine, progress }) => {
			return `    ${printable(machine).padEnd(14)} ${bar(progress ?? 0)} ${Math.floor((progress ?? 0) * 100)} % delivered`;
		}),
	].join("\n");
}

export function renderTotals(totals: Totals): string {
	const { machines, installed, failed, package_bytes, origin_bytes, controller_uplink_bytes, peer_bytes } = totals;
	const times = (bytes: number) => (package_bytes === 0 ? "-" : `${(bytes / package_bytes).toFixed(2)} x`);
	return `${installed} of ${machines} installed, ${failed} failed; package ${mib(package_bytes)}, origin ${times(origin_bytes)}, uplink ${times(controller_uplink_bytes)}, from peers ${times(peer_bytes)}`;
}

export function renderPlan({ steps, held, wake_at }: PlanReport, style: Style): string {
	const rows = held.map(({ policy, machine, sentence, until }) => [policy, machine ?? "(all)", sentence, until ?? ""]);
	return [
		steps.length === 0 ? "nothing to do now" : "now:",
		...steps.map(({ line }) => `  ${printable(line)}`),
		...(rows.length > 0 ? [table(["policy", "machine", "waits because", "until"], rows, style)] : []),
		wake_at ? `asks again ${wake_at}` : "waits for an event",
	].join("\n");
}

export function renderWhy(report: WhyReport, style: Style): string {
	const { name, address, port, trust, presence, policies } = report;
	return [
		`${printable(name)} (${printable(address)}:${port}) is ${trust}, ${printable(presence)}.`,
		...policies.map(({ policy, state, sentence, next }) => {
			const advice = next ? `\n  ${style.faint(printable(next))}` : "";
			return `${printable(policy)}: ${state}: ${printable(sentence)}${advice}`;
		}),
		...(policies.length === 0 ? ["No policy selects it."] : []),
	].join("\n");
}

function mib(bytes: number): string {
	return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
