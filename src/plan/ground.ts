import type { Fleet, Rollout } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import type { Policy } from "../model/policy.ts";
import type { FactsStep, MachineStep, RebootStep, Step } from "../model/step.ts";
import type { Gate } from "./gate.ts";
import type { HeldLists, HeldReason } from "./held.ts";
import type { ApprovalRule } from "./needed-approval.ts";
import type { RingCount } from "./rings.ts";
import type { Roster } from "./roster.ts";
import type { Seat } from "./seat.ts";
import type { InstallSlots, Slots } from "./slots.ts";
import type { MachineStanding } from "./standing.ts";
import type { Windows } from "./windows.ts";

/** What all policies share in one decision. */
export interface Places {
	readonly slots: Slots;
	/** Machines that have a step in flight or were given one, and for which policy. */
	readonly busy: Map<string, string>;
	/** What the controller asks for, whatever a policy says. */
	readonly approvalRule?: ApprovalRule | undefined;
	/** Who is where, by policy. */
	readonly rosters: ReadonlyMap<Policy, Roster>;
}

export interface Part {
	readonly steps: readonly Step[];
	/** In order. */
	readonly held: HeldLists;
	/** When time alone moves something on, `until` of what is held included; what has passed does not count. */
	readonly wakes: readonly number[];
}

/** What the decisions about all machines of one rollout share. */
export interface Ground extends Places {
	readonly fleet: Fleet;
	readonly rollout: Rollout;
	/** The first ring that holds those behind it. */
	readonly gate: Gate | null;
	/** Why nothing new starts at all, if so. */
	readonly brake: HeldReason | null;
	/** Why nothing is done on any machine, not even the retried ones: approval, abort. */
	readonly bar: HeldReason | null;
	readonly windows: Windows;
	readonly now: number;
	readonly installs: InstallSlots;
	/** Why the ring's installs wait for deliveries, by ring. */
	readonly prestage: ReadonlyMap<string, HeldReason | null>;
}

/** A machine and the place of its ring. */
export interface Member {
	readonly seat: Seat;
	readonly machine: Machine;
	readonly standing: MachineStanding;
	readonly count: RingCount;
	readonly ringIndex: number;
}

export type MachineAct = MachineStep | FactsStep | RebootStep;

/** Why something may not start, and when it is asked again if time alone can change that. */
export type Waiting = { readonly reason: HeldReason; readonly until?: number };
