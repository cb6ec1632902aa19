import { AWAY } from "./drawn-policy.ts";
import { revised } from "./scenario.ts";
import type { SimMachine } from "./sim-machine.ts";
import type { Simulator } from "./simulator.ts";
import { START } from "./start.ts";
import type { Trouble } from "./trouble.ts";

const POLICY = "office";

/** Makes it happen, and lets the daemon hear of it as far as it would. */
export function befall(sim: Simulator, trouble: Trouble): void {
	const { truth } = sim;
	if ("machine" in trouble) {
		befallMachine(sim, trouble, machineAt(sim, trouble.machine));
		return;
	}
	switch (trouble.kind) {
		case "kill":
			sim.kill(trouble.forMs);
			break;
		case "wake":
			sim.turn();
			break;
		case "echo":
			echo(sim, trouble.index);
			break;
		case "clock":
			truth.clockError += trouble.byMs;
			truth.clockSetAt = truth.now;
			sim.turn();
			break;
		case "newcomer":
			newcomer(sim, trouble.forMs);
			break;
		case "package_lost":
			losePackages(sim);
			break;
		default:
			sim.tell(() => act(sim, trouble));
	}
}

type OfMachine = Extract<Trouble, { machine: number }>;
type Steering = Exclude<
	Trouble,
	OfMachine | { kind: "kill" | "wake" | "echo" | "clock" | "newcomer" | "package_lost" }
>;

function machineAt({ truth }: Simulator, index: number): SimMachine {
	const names = [...truth.machines.keys()];
	return truth.machine(names[index % names.length] ?? "");
}

function befallMachine(sim: Simulator, trouble: OfMachine, machine: SimMachine): void {
	if (trouble.kind === "retry") {
		const { name } = machine;
		sim.tell(() => sim.record({ kind: "RetryRequested", machine: name, by: "eve", at: sim.truth.clock }));
		return;
	}
	if (machine.isGone) return;
	machine.wasTroubled = true;
	change(sim, trouble, machine);
}

function change(sim: Simulator, trouble: Exclude<OfMachine, { kind: "retry" }>, machine: SimMachine): void {
	const { truth } = sim;
	const later = (act: () => void) => sim.after(trouble.forMs, () => (machine.isGone ? undefined : act()));
	switch (trouble.kind) {
		case "power_cut":
			sim.switchOff(machine, trouble.forMs);
			break;
		case "disk_full":
			machine.isFull = true;
			later(() => {
				machine.isFull = false;
			});
			break;
		case "rebuild":
			machine.rebuild(truth.now);
			sim.announce(machine);
			sim.turn();
			later(() => sim.tell(() => sim.approve(machine)));
			break;
		case "impostor":
			machine.isImpersonated = true;
			later(() => {
				machine.isImpersonated = false;
				sim.tell(() => sim.approve(machine));
			});
			break;
		case "vanish":
			vanish(sim, trouble.forMs, machine);
			break;
		case "exclude":
			sim.tell(() => exclude(sim, trouble.forMs, machine));
			break;
		case "relabel":
			relabel(sim, machine, { [AWAY]: "yes" });
			later(() => relabel(sim, machine, {}));
			break;
	}
}

/** What it announces is heard while it is on and the daemon is up, else at its next announcement. */
function relabel(sim: Simulator, machine: SimMachine, labels: Readonly<Record<string, string>>): void {
	machine.labels = labels;
	sim.announce(machine);
	sim.turn();
}

function vanish(sim: Simulator, forMs: number, machine: SimMachine): void {
	const { truth } = sim;
	machine.isGone = true;
	machine.powerOff(truth.now);
	const forget = () => sim.record({ kind: "MachineForgotten", machine: machine.name, by: "eve", at: truth.clock });
	sim.after(forMs, () => sim.tell(forget));
}

function exclude(sim: Simulator, forMs: number, { name }: SimMachine): void {
	const by = () => ({ machine: name, by: "eve", at: sim.truth.clock });
	sim.record({ kind: "MachineExcluded", ...by(), reason: "audit" });
	sim.after(forMs, () => sim.tell(() => sim.record({ kind: "MachineIncluded", ...by() })));
}

function act(sim: Simulator, trouble: Steering): void {
	const { truth } = sim;
	const by = { policy: POLICY, by: "eve", at: truth.clock };
	switch (trouble.kind) {
		case "revision": {
			const policy = revised(truth.scenario, truth.policies.length + 1);
			truth.policies.push(policy);
			sim.record({ kind: "PolicyApplied", policy, source: "sim", at: truth.clock });
			break;
		}
		case "pause":
			pause(sim, trouble.forMs, trouble.isWhole ? null : POLICY);
			break;
		case "retry_all":
			sim.record({ kind: "PolicyRetryRequested", ...by, only: ["failed", "not_started"] });
			break;
		case "run_now":
			sim.record({ kind: "RunRequested", ...by });
			break;
		case "abort":
			sim.record({ kind: "RolloutAborted", ...by, reason: "audit" });
			break;
	}
}

function pause(sim: Simulator, forMs: number, policy: string | null): void {
	const by = () => ({ policy, by: "eve", at: sim.truth.clock });
	sim.record({ kind: "Paused", ...by(), reason: "audit" });
	sim.after(forMs, () => sim.tell(() => sim.record({ kind: "Resumed", ...by() })));
}

/** A late outcome of a step that has long had one. */
function echo(sim: Simulator, index: number): void {
	const told = sim.journal.filter(({ kind }) => kind === "StepFinished" || kind === "StepInterrupted");
	const event = told[index % Math.max(1, told.length)];
	if (event) sim.promises.onEcho(event);
}

function newcomer(sim: Simulator, forMs: number): void {
	const { truth } = sim;
	const machine = truth.addMachine(`n${truth.now - START}`, -1);
	machine.wasTroubled = true;
	sim.announce(machine);
	sim.turn();
	sim.after(forMs, () =>
		sim.tell(() => {
			sim.announce(machine);
			sim.approve(machine);
		}),
	);
}

function losePackages(sim: Simulator): void {
	const { truth } = sim;
	truth.interruptions += 1;
	const lost = [...truth.store];
	truth.store.clear();
	for (const sha256 of lost) sim.record({ kind: "PackageLost", sha256, at: truth.clock });
	sim.turn();
}
