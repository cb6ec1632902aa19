/** A bug that somebody might well write: in `file`, `from` becomes `to`. */
export interface Mutant {
	readonly name: string;
	/** Below src/. */
	readonly file: string;
	readonly from: string;
	readonly to: string;
}

export const MUTANTS: readonly Mutant[] = [
	{
		name: "max_concurrency lets one more through",
		file: "plan/slots.ts",
		from: "if (busy < of) return null;",
		to: "if (busy <= of) return null;",
	},
	{
		name: "a job whose connection was cut holds no slot",
		file: "plan/changing.ts",
		from: 'const since = startedAt ?? (phase === "running" || phase === "exited" ? at : null);',
		to: 'const since = phase === "running" || phase === "exited" ? (startedAt ?? at) : null;',
	},
	{
		name: "the cutoff of a window is forgotten",
		file: "plan/windows.ts",
		from: "openedAt + durationMs - cutoffMs",
		to: "openedAt + durationMs",
	},
	{
		name: "max_errors stops one failure too late",
		file: "plan/budget.ts",
		from: "failed > maxErrors)",
		to: "failed > maxErrors + 1)",
	},
	{
		name: "max_fail_percentage is of the whole ring",
		file: "plan/budget.ts",
		from: "failed * 100 > maxFailPercentage * started;",
		to: "failed * 100 > maxFailPercentage * rings.reduce((sum, count) => sum + count.members, 0);",
	},
	{
		name: "the second ring does not wait for the first",
		file: "plan/step-bars.ts",
		from: "if (gate && gate.index < ringIndex) return gateBarred(gate);",
		to: "",
	},
	{
		name: "a ring is proven by half of its threshold",
		file: "plan/rings.ts",
		from: "count.verified * 100 >=",
		to: "count.verified * 200 >=",
	},
	{
		name: "a manual ring promotes itself",
		file: "plan/gate.ts",
		from: 'if (ring.promote === "manual" && !isLast && !rollout.promotions.has(name))',
		to: 'if (ring.promote === "manual" && isLast && !rollout.promotions.has(name))',
	},
	{
		name: "the soak begins anew from the rollout's start",
		file: "plan/gate.ts",
		from: "(soakedSince ?? now) + minHealthyTimeMs",
		to: "Math.min(soakedSince ?? now, rollout.beganAt) + minHealthyTimeMs",
	},
	{
		name: "a pause of everything does not hold policies",
		file: "plan/decide.ts",
		from: "const pause = fleet.pause ?? fleet.policies.get(policy.name)?.pause ?? null;",
		to: "const pause = fleet.policies.get(policy.name)?.pause ?? null;",
	},
	{
		name: "a crash in the middle of an install starts it again unseen",
		file: "plan/advance-task.ts",
		from: ': { ...task, phase: "unread", at };',
		to: ': { ...task, phase: "staged", attempt: task.attempt + 1, at };',
	},
	{
		name: "an exit code of zero is proof",
		file: "plan/advance-task.ts",
		from: 'return enter(ended, "exited", at);',
		to: 'return settle(ended, "verified", at);',
	},
	{
		name: "detection is not asked before an install",
		file: "plan/advance-task.ts",
		from: 'if (answer === "verified") return settle(task, "verified", at);',
		to: 'if (answer === "verified" && task.phase === "exited") return settle(task, "verified", at);',
	},
	{
		name: "a machine with another key is spoken to",
		file: "plan/meet.ts",
		from: 'trust: { kind: "quarantined", hostKeys, saw: sawHostKey, at } };',
		to: 'trust: { kind: "approved", hostKeys: [sawHostKey], by: "", at } };',
	},
	{
		name: "what announces itself needs no approval",
		file: "plan/apply-machine-event.ts",
		from: 'trust: { kind: "discovered" },',
		to: 'trust: { kind: "approved", hostKeys: [], by: "", at: event.at },',
	},
	{
		name: "an unreachable machine has failed",
		file: "plan/advance-task.ts",
		from: "if (isLossOfContact(failure.code)) return afterLossOfContact(task, at);",
		to: "if (isLossOfContact(failure.code)) return fail(task, failure, at);",
	},
	{
		name: "an old outcome counts for a new attempt",
		file: "plan/apply-step-event.ts",
		from: "if (!isRunning(fleet, step)) return fleet;\n\tconst startedAt",
		to: "const startedAt",
	},
	{
		name: "every machine that asks is rebooted at once",
		file: "plan/slots.ts",
		from: 'return full("reboots", this.#reboots) ?? this.installBar(ring, machine, slots);',
		to: "return this.installBar(ring, machine, slots);",
	},
	{
		name: "reboots wait for no window",
		file: "plan/decide-rollout.ts",
		from: 'reboot: window ? steady(policy, "reboot window", windowState([window], now)) : install };',
		to: "reboot: windowState(window ? [window] : [], now) };",
	},
	{
		name: "a machine that comes back is not asked again",
		file: "plan/apply-machine-event.ts",
		from: 'return isMendedByHand(presence.failure.code) ? presence : { kind: "present", at, failures: presence.failures };',
		to: "return { ...presence, failures: presence.failures + 30 };",
	},
	{
		name: "nobody is woken when a window opens",
		file: "plan/step-bars.ts",
		from: "return { reason: closedReason(window, act), ...untilOf(Number.isFinite(until) ? until : null) };",
		to: "return { reason: closedReason(window, act) };",
	},
	{
		name: "an abort stops what is in flight alone",
		file: "plan/decide-machine.ts",
		from: "if (bar && !finishes) return { reason: bar };",
		to: "if (bar && finishes) return { reason: bar };",
	},
	{
		name: "a new revision begins beside the old one",
		file: "plan/decide-run.ts",
		from: "if (running === 0) return {",
		to: "if (running >= 0) return {",
	},
	{
		name: "a seat is kept though its machine's reboot has moved on",
		file: "plan/seating.ts",
		from: "[before.reboots, after.reboots],",
		to: "",
	},
	{
		name: "a machine that left the selection in the middle is forgotten",
		file: "plan/stay.ts",
		from: "if (!isMoved && begun === rollout.progress.size)",
		to: "if (!isMoved)",
	},
	{
		name: "a reboot that was lost sight of is asked for at any time",
		file: "plan/decide-reboot.ts",
		from: "askedAgainUntil(ground, member, at + timeoutMs / 2)",
		to: "deadline",
	},
	{
		name: "a machine that is still in the boot that must end has ended it",
		file: "plan/apply-reboot.ts",
		from: 'if (reboot.phase !== "due" || reboot.bootId === bootId) return reboot;',
		to: 'if (reboot.phase !== "due") return reboot;',
	},
	{
		name: "waiting for people is a lack of progress",
		file: "plan/decide-rollout.ts",
		from: "gate: bar ? null : gate, rings",
		to: "gate, rings",
	},
	{
		name: "installs wait for nobody's delivery",
		file: "plan/step-bars.ts",
		from: "if (prestaging) return { reason: prestaging };",
		to: "",
	},
	{
		name: "an answer is repeated though its moment has come",
		file: "plan/span.ts",
		from: "from <= now && now < until;",
		to: "from <= now;",
	},
	{
		name: "an answer is repeated after the clock was set back",
		file: "plan/span.ts",
		from: "from <= now && now < until;",
		to: "now < until;",
	},
	{
		name: "an answer is repeated though a place is free",
		file: "plan/lasting.ts",
		from: "if (!reason) return undefined;",
		to: "if (!reason) return kept;",
	},
	{
		name: "an answer is repeated though a gate has moved",
		file: "plan/terms.ts",
		from: "gate: gate && gate.index < ringIndex ? gate : null,",
		to: "gate: null,",
	},
	{
		name: "an answer is repeated though a window has opened",
		file: "plan/terms.ts",
		from: "		...windows,",
		to: "install: rollout.policy as never, reboot: rollout.policy as never,",
	},
	{
		name: "an answer is repeated though a package has come",
		file: "plan/terms.ts",
		from: "packages: fleet.packages,",
		to: "packages: rollout.policy as never,",
	},
	{
		name: "an answer is repeated for a machine that is busy by now",
		file: "plan/decide-members.ts",
		from: "row.stretch === null || this.#busy.has(level, index)",
		to: "row.stretch === null",
	},
	{
		name: "counts are kept though the time of a change is over",
		file: "plan/row-count.ts",
		from: "if (kept && holdsAt(kept, now)) return kept;",
		to: "if (kept && kept.from <= now) return kept;",
	},
	{
		name: "a row is kept though a machine in it has got on",
		file: "plan/seating.ts",
		from: "&& changes && !changes.stretches.has(level, index)",
		to: "&& changes",
	},
	{
		name: "a machine stays listed where it was",
		file: "plan/roster.ts",
		from: "for (const stand of was ? standsOf(memo, was) : []) drafts.put(stand, rank, null);",
		to: "",
	},
];
