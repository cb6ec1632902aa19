import assert from "node:assert/strict";
import { test } from "node:test";
import { NIGHT } from "./drawn-policy.ts";
import { play } from "./play.ts";
import type { Scenario } from "./scenario.ts";

const absolute = (value: number) => ({ kind: "absolute" as const, value });
const MINUTE = 60_000;

const calm: Scenario = {
	...{ seed: 7, machines: 4, broken: [], deniers: [], liars: [], busyShare: 0, lossShare: 0, troubles: [] },
	policy: { packages: [{ name: "app" }] },
};

const canary = {
	name: "canary",
	members: { kind: "targets" as const, targets: { machines: ["m00", "m01"] } },
	minHealthyTimeMs: 10 * MINUTE,
	promote: "manual" as const,
};

const reboot = { policy: "always" as const, concurrency: absolute(1) };
const rollout = { rings: [canary, { name: "rest" }], maxConcurrency: absolute(2) };

/** What a daemon goes through that is not killed. */
const courses: Readonly<Record<string, Scenario>> = {
	"a rollout over two rings with reboots": { ...calm, policy: { ...calm.policy, rollout, reboot } },
	"one in its window alone": {
		...calm,
		policy: { ...calm.policy, rollout, reboot, maintenanceWindows: [{ ...NIGHT, cutoffMs: 115 * MINUTE }] },
	},
	"two packages, one machine busy and one switched off": {
		...calm,
		policy: { packages: [{ name: "app" }, { name: "tool" }], rollout: { maxConcurrency: absolute(1) } },
		busyShare: 0.3,
		troubles: [{ kind: "power_cut", at: 20_000, machine: 3, forMs: 5 * MINUTE }],
	},
	"a failure that stops it, a retry and a new revision": {
		...calm,
		policy: { ...calm.policy, rollout: { ...rollout, maxErrors: 0, onFailure: "rollback" } },
		broken: [3],
		troubles: [
			{ kind: "retry", at: 40 * MINUTE, machine: 3 },
			{ kind: "revision", at: 60 * MINUTE },
		],
	},
	"a pause, and a night run that follows": {
		...calm,
		policy: { ...calm.policy, schedule: { kind: "cron", cron: "30 1 * * *", timeZone: "Europe/Budapest" } },
		troubles: [{ kind: "pause", at: 31 * MINUTE, forMs: 10 * MINUTE, isWhole: false }],
	},
};

for (const [name, scenario] of Object.entries(courses)) {
	test(`killed after any event of ${name}, it goes on and keeps every promise`, (t) => {
		const { broken, journal } = play(scenario);
		assert.equal(broken, null);
		assert.ok(journal.length > 40, `${journal.length} events`);
		for (let killAfterEvents = 1; killAfterEvents <= journal.length; killAfterEvents += 1) {
			const cut = play({ ...scenario, killAfterEvents });
			assert.equal(cut.broken, null, `after event ${killAfterEvents}: ${cut.broken?.message}`);
		}
		t.diagnostic(`${journal.length} crashes`);
	});
}
