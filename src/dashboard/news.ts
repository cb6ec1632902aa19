import { byWhom } from "../console/act.ts";
import type { RolloutReport, StatusReport } from "../console/cockpit.ts";

/** What a person who only listens is told of between two looks: what asks for them, and what goes on or stops. */
export function newsOf(before: StatusReport, after: StatusReport): readonly string[] {
	const [known, strangers] = [strangersIn(before), strangersIn(after)];
	return [
		...changed(before.paused, after.paused, "everything"),
		...after.problems.filter((each) => !before.problems.includes(each)),
		...after.failing_downloads.filter(isNewIn(before)).map(({ names }) => `${names.join(", ")} cannot be downloaded`),
		...(strangers > known
			? [strangers === 1 ? "1 machine waits for approval" : `${strangers} machines wait for approval`]
			: []),
		...after.rollouts.flatMap((rollout) => {
			const same = before.rollouts.find(({ policy }) => policy === rollout.policy);
			return same ? newsOfRollout(same, rollout) : [`${rollout.policy}: a new policy`];
		}),
	];
}

function strangersIn({ machines }: StatusReport): number {
	return machines.filter(({ state }) => state === "discovered").length;
}

function isNewIn({ failing_downloads }: StatusReport) {
	return ({ sha256 }: StatusReport["failing_downloads"][number]) =>
		failing_downloads.every((each) => each.sha256 !== sha256);
}

function newsOfRollout(before: RolloutReport, after: RolloutReport): readonly string[] {
	const rings = after.rings.flatMap((ring) => {
		const known = before.rings.find(({ name }) => name === ring.name);
		return [
			...(known?.state === ring.state ? [] : [`ring ${ring.name} is ${ring.state}`]),
			...(ring.gate && known?.gate?.kind !== ring.gate.kind ? [ring.gate.sentence] : []),
			...(ring.failed > (known?.failed ?? 0) ? [`ring ${ring.name}: ${ring.failed} failed`] : []),
			...(isDone(ring) && !(known && isDone(known)) ? [`ring ${ring.name}: all ${ring.machines} verified`] : []),
		];
	});
	const halted = after.halted && !before.halted ? [`ended by ${byWhom(after.halted)}`] : [];
	return [
		...changed(before.paused, after.paused, after.policy),
		...[...halted, ...rings].map((words) => `${after.policy}: ${words}`),
	];
}

function isDone({ machines, verified }: RolloutReport["rings"][number]): boolean {
	return machines > 0 && verified === machines;
}

function changed(before: StatusReport["paused"], after: StatusReport["paused"], what: string): readonly string[] {
	if (after && !before) return [`${what} is paused by ${after.by}`];
	return before && !after ? [`${what} goes on`] : [];
}
