import { policyChanges } from "../console/changes-report.ts";
import type { Answer, Approved, CleanAnswer, Cockpit, Detail, OutputRow, ScannedKey } from "../console/cockpit.ts";
import { Joined } from "../console/joined.ts";
import { judge } from "../console/judge.ts";
import { machineRow } from "../console/machine-row.ts";
import { outputRow } from "../console/output-row.ts";
import { packagePage, packageRows } from "../console/package-report.ts";
import { planReport } from "../console/plan-report.ts";
import { policyReport } from "../console/policy-report.ts";
import type { ChangesReport } from "../console/policy-reports.ts";
import { statusReport } from "../console/report.ts";
import { scheduleReport } from "../console/schedule-report.ts";
import { Sight } from "../console/sight.ts";
import { swarmReport } from "../console/swarm-report.ts";
import { whyReport } from "../console/why-report.ts";
import type { Event, OperatorEvent } from "../model/event.ts";
import type { Fleet } from "../model/fleet.ts";
import type { HostKey } from "../model/machine.ts";
import type { Policy } from "../model/policy.ts";
import { applyEvent } from "../plan/apply-event.ts";
import { neededApproval } from "../plan/needed-approval.ts";
import { rostersOf } from "../plan/roster.ts";
import { describeProblem } from "../policy/document.ts";
import { OUTPUTS_PER_MACHINE, type OutputQuery } from "../record/journal.ts";
import type { Changed } from "./admin-files.ts";
import { cleanOne } from "./clean-machine.ts";
import { readInventory } from "./configuration.ts";
import type { Daemon } from "./daemon.ts";
import { KeptAnswers } from "./kept-answers.ts";
import { KeyLooks } from "./key-looks.ts";
import { readOwnLink } from "./own-link.ts";
import { policyEvents, readPolicyFolder } from "./policy-folder.ts";

const SCAN_TIMEOUT_MS = 15_000;
/** The command line waits for a minute. */
const CLEAN_TIMEOUT_MS = 50_000;

/** The console's hold on the daemon: what it shows is read from the fleet, what it does goes in as events. */
export class Controls implements Cockpit {
	readonly #daemon: Daemon;
	readonly #now: () => number;
	readonly #kept = new KeptAnswers();
	/** Megabytes of ten thousand machines, which most events do not change, nor does the clock. */
	readonly #keptRows = new KeptAnswers({ longestMs: Number.POSITIVE_INFINITY });
	readonly #keyLooks = new KeyLooks({
		scan: (machine) => this.#daemon.scanHostKey(machine, AbortSignal.timeout(SCAN_TIMEOUT_MS)),
		clock: () => performance.now(),
	});
	readonly #difference = new Joined(() => this.#diff());

	constructor(daemon: Daemon, now: () => number) {
		this.#daemon = daemon;
		this.#now = now;
	}

	status(detail: Detail) {
		return this.#once(`status ${detail}`, () => this.#status(detail));
	}

	async #status(detail: Detail) {
		const { loop, journal, progress, problems } = this.#daemon;
		await this.#daemon.readUplink();
		const fleet = this.#fleet;
		const decision = loop.decision();
		const now = this.#now();
		const view = {
			fleet,
			decision,
			now,
			approvalRule: this.#daemon.settings.approvalRule,
			waitingFor: progress.sentence(fleet, decision, now),
			problems: problems.map(describeProblem),
			uplink: journal.uplink(),
			delivered: (machine: string, sha256: string) => {
				const state = fleet.packages.get(sha256);
				return state?.kind === "held" ? progress.delivered(machine, sha256, state.sizeBytes) : undefined;
			},
		};
		return statusReport(view, detail);
	}

	plan(detail: Detail) {
		const view = () => ({ fleet: this.#fleet, decision: this.#daemon.loop.decision(), now: this.#now() });
		return this.#once(`plan ${detail}`, async () => planReport(view(), detail));
	}

	machines() {
		const { sites } = this.#daemon.settings;
		const { machines } = this.#fleet;
		return this.#keptRows.answer("machines", [machines, sites], async () =>
			[...machines.values()].map((machine) => machineRow(machine, sites)),
		);
	}

	async machine(name: string) {
		const machine = this.#fleet.machines.get(name);
		return machine ? machineRow(machine, this.#daemon.settings.sites) : null;
	}

	async policy(name: string) {
		const { policies, rollouts } = this.#fleet;
		const applied = policies.get(name);
		return applied ? policyReport(applied, rollouts.get(name), this.#neededFor(applied.policy)) : null;
	}

	async why(name: string) {
		if (!this.#isKnown(name)) return null;
		const sight = await this.#sight();
		const machine = sight.fleet.machines.get(name);
		return machine ? whyReport(sight, machine, this.#daemon.settings.sites) : null;
	}

	/** Deciding for ten thousand machines takes a tenth of a second, whichever of them is asked about. */
	#sight(): Promise<Sight> {
		const { loop, progress } = this.#daemon;
		const wayOf = progress.wayOf.bind(progress);
		const view = () => ({ fleet: this.#fleet, decision: loop.decision(), now: this.#now(), wayOf });
		return this.#once("sight", async () => new Sight(view()));
	}

	async logs(machine: string): Promise<readonly OutputRow[] | null> {
		return this.#isKnown(machine) ? this.outputs({ machine, limit: OUTPUTS_PER_MACHINE }) : null;
	}

	async outputs(query: OutputQuery): Promise<readonly OutputRow[]> {
		return this.#daemon.journal.outputs(query).map(outputRow);
	}

	swarm() {
		return this.#once("swarm", () => this.#swarm());
	}

	async #swarm() {
		const { journal, progress, history, traffic, pieces, settings } = this.#daemon;
		await Promise.all([this.#daemon.readUplink(), pieces.look()]);
		return swarmReport({
			fleet: this.#fleet,
			now: this.#now(),
			uplink: journal.uplink(),
			counted: {
				peer: progress.peer.bind(progress),
				sentTo: history.sentTo.bind(history),
				samples: history.samples.bind(history),
				pieces: pieces.of.bind(pieces),
				wayOf: progress.wayOf.bind(progress),
			},
			ownLink: settings.swarm.linkBytesPerSecond ?? (await readOwnLink()),
			limitsOf: traffic.limitsOf.bind(traffic),
		});
	}

	packages() {
		return this.#once("packages", async () => packageRows(await this.#stock()));
	}

	async package(sha256: string) {
		return packagePage(await this.#stock(), sha256);
	}

	async #stock() {
		await this.#daemon.readUplink();
		return { fleet: this.#fleet, uplink: this.#daemon.journal.uplink() };
	}

	schedule(days: number) {
		const view = () => ({ fleet: this.#fleet, decision: this.#daemon.loop.decision(), now: this.#now() });
		return this.#once(`schedule ${days}`, async () => scheduleReport(new Sight(view()), days));
	}

	async steer(order: OperatorEvent): Promise<Answer> {
		const at = this.#now();
		const judgement = judge(this.#fleet, order, { now: at, neededFor: (policy) => this.#neededFor(policy) });
		if (judgement.kind === "refused") return judgement;
		if (judgement.event) this.#record({ ...judgement.event, at });
		return { kind: "done", message: judgement.message };
	}

	async scanHostKey(name: string): Promise<ScannedKey> {
		const machine = this.#fleet.machines.get(name);
		if (!machine)
			return {
				kind: "failed",
				failure: { code: "FS-MACHINE-UNKNOWN", detail: `${name}: no machine of this name is known` },
			};
		const scanned = await this.#keyLooks.look(machine);
		return scanned.kind === "failed" ? scanned : { kind: "host_key", host_key: scanned.hostKey };
	}

	async approve(machine: string, hostKey: HostKey, by: string): Promise<Approved> {
		if (!this.#isKnown(machine)) return "unknown";
		if (this.#daemon.settings.ssh.hostKeyChecking === "yes") return "strict";
		if (this.#daemon.isRevoked(hostKey)) return "revoked";
		this.#record({ kind: "MachineApproved", machine, hostKeys: [hostKey], by, at: this.#now() });
		return "approved";
	}

	async forget(machine: string, by: string): Promise<boolean> {
		const isKnown = this.#isKnown(machine);
		this.#record({ kind: "MachineForgotten", machine, by, at: this.#now() });
		return isKnown;
	}

	async clean(name: string, order: { readonly by: string; readonly reason: string }): Promise<CleanAnswer | null> {
		const machine = this.#fleet.machines.get(name);
		if (!machine) return null;
		const answer = await cleanOne(this.#daemon, machine, AbortSignal.timeout(CLEAN_TIMEOUT_MS));
		if ("code" in answer) return { kind: "failed", failure: answer };
		const { kind, freedBytes, busy, ...removed } = answer;
		this.#record({ kind: "MachineCleaned", machine: name, ...order, removed, freedBytes, at: this.#now() });
		return { kind, machine: name, ...removed, busy, freed_bytes: freedBytes };
	}

	async testNotices(sink: string | null, by: string) {
		return this.#daemon.notifier.test(sink, by);
	}

	diff(): Promise<ChangesReport> {
		return this.#difference.ask();
	}

	async #diff(): Promise<ChangesReport> {
		const { settings } = this.#daemon;
		const folder = await readPolicyFolder(settings.policiesFolder);
		const { problems } = await readInventory(settings, null);
		const changed = await this.#daemon.settingsChanges();
		const before = this.#fleet;
		const after = policyEvents(before, folder, this.#now()).reduce(applyEvent, before);
		return this.#changes(before, after, {
			...changed,
			problems: [...changed.problems, ...folder.problems, ...problems],
		});
	}

	async reload(by: string): Promise<ChangesReport> {
		const before = this.#fleet;
		const changed = await this.#daemon.reload(by);
		return this.#changes(before, this.#fleet, changed);
	}

	#changes(before: Fleet, after: Fleet, { changes, problems }: Changed): ChangesReport {
		const policies = policyChanges(before, after, this.#now());
		return { policies, settings: changes, problems: problems.map(describeProblem) };
	}

	#neededFor(policy: Policy) {
		const roster = rostersOf(this.#fleet.machines, [policy]).get(policy);
		return neededApproval(policy, roster, this.#daemon.settings.approvalRule);
	}

	/** Of what has not changed the same answer is given, as it is: nobody changes one. */
	#once<Report>(question: string, make: () => Promise<Report>): Promise<Report> {
		const { settings, problems } = this.#daemon;
		return this.#kept.answer(question, [this.#fleet, settings, problems], make);
	}

	get #fleet(): Fleet {
		return this.#daemon.ledger.fleet;
	}

	#isKnown(machine: string): boolean {
		return this.#fleet.machines.has(machine);
	}

	#record(event: Event): void {
		this.#daemon.record([event]);
	}
}
