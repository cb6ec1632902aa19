import type { AuditLine } from "../cockpit.ts";

/** What became of one package on one machine in a rollout. */
export interface MachineStory {
	readonly machine: string;
	readonly package: string;
	/** Hex SHA-256. */
	readonly sha256: string;
	/** verified, differs, a failure's code, or what is under way. */
	readonly outcome: string;
	readonly attempts: number;
	readonly exitCode: number | null;
	readonly before: string | null;
	readonly after: string | null;
	readonly at: string;
	readonly detail: string;
}

/** A rollout as the audit tells it. */
export interface RolloutStory {
	readonly rollout: string;
	readonly policy: string;
	readonly revision: string;
	readonly beganAt: string;
	readonly lastAt: string;
	/** What people did and what moved it on, in order; the first is its beginning. Also what they did on machines that are not in it. */
	readonly acts: readonly AuditLine[];
	readonly approvals: readonly AuditLine[];
	readonly machines: readonly MachineStory[];
	/** Which lines of the journal it is told from. */
	readonly lines: { readonly first: number; readonly last: number; readonly hash: string };
}

/** What became of a machine in a rollout, over all its packages. */
export interface MachineEnd {
	readonly isVerified: boolean;
	readonly isFailed: boolean;
	/** Of the last that was done on it. */
	readonly at: string;
}

/** A machine that nothing has been said of for one of the packages is not done yet. */
export function endsOf({ machines }: RolloutStory): readonly MachineEnd[] {
	const packages = new Set(machines.map((each) => each.package)).size;
	return [...Map.groupBy(machines, ({ machine }) => machine).values()].map((stories) => ({
		isVerified: stories.length === packages && stories.every(({ outcome }) => outcome === "verified"),
		isFailed: stories.some(isFailed),
		at:
			stories
				.map(({ at }) => at)
				.sort()
				.at(-1) ?? "",
	}));
}

export function isFailed({ outcome }: MachineStory): boolean {
	return outcome.startsWith("FS-") || outcome === "differs";
}

/** What people do on a machine is of no policy, and of each rollout that the machine is in. */
function isOnMachine({ act, machine, policy }: AuditLine): boolean {
	return policy === null && machine !== null && ON_MACHINES.includes(act);
}

const ON_MACHINES = [
	"approve_machine",
	"clean_machine",
	"exclude_machine",
	"include_machine",
	"order",
	"retry_machine",
];
const MOVES = ["begin", "soak", "promote", "halt", "give_up", "queue", "miss"];

/** Reads lines in order, and tells of one rollout of a policy: the one named, or the newest. */
export class StoryTeller {
	readonly #policy: string;
	readonly #wanted: string | null;
	readonly #approvals: AuditLine[] = [];
	#begin: AuditLine | null = null;
	#isOver = false;
	#acts: AuditLine[] = [];
	#last: AuditLine | null = null;
	readonly #machines = new Map<string, MachineStory>();

	constructor(policy: string, rollout: string | null) {
		this.#policy = policy;
		this.#wanted = rollout;
	}

	read(line: AuditLine): void {
		if (this.#begin && !this.#isOver && isOnMachine(line)) this.#acts.push(line);
		const concerns = line.policy === this.#policy || (line.policy === null && ["pause", "resume"].includes(line.act));
		if (!concerns) return;
		if (line.act === "approve_policy") this.#approvals.push(line);
		if (line.act === "begin" && line.outcome === "recorded") this.#meetBeginning(line);
		if (!this.#begin || this.#isOver) return;
		if (line.rollout !== null && line.rollout !== this.#begin.rollout) return;
		this.#last = line;
		const isMove = MOVES.includes(line.act) ? line.outcome === "recorded" : line.who !== "fleetseed";
		if (isMove) this.#acts.push(line);
		else if (line.machine !== null && line.package !== null) this.#meetMachine(line, line.machine, line.package);
	}

	/** null: there was no such rollout. */
	told(): RolloutStory | null {
		const [begin, last] = [this.#begin, this.#last];
		if (!begin || !last || begin.rollout === null) return null;
		return {
			rollout: begin.rollout,
			policy: this.#policy,
			revision: begin.revision ?? "",
			beganAt: begin.at,
			lastAt: last.at,
			acts: this.#acts,
			approvals: this.#approvals.filter(({ revision }) => revision === begin.revision),
			machines: [...this.#machines.values()].sort((a, b) => (a.machine < b.machine ? -1 : 1)),
			lines: { first: begin.seq, last: last.seq, hash: last.hash },
		};
	}

	#meetBeginning(line: AuditLine): void {
		const isWanted = this.#wanted === null || line.rollout === this.#wanted;
		if (this.#begin && !isWanted) this.#isOver = true;
		if (!isWanted) return;
		this.#begin = line;
		this.#acts = [];
		this.#machines.clear();
	}

	#meetMachine(line: AuditLine, machine: string, name: string): void {
		const key = JSON.stringify([machine, name]);
		const known = this.#machines.get(key);
		const isResult = line.outcome !== "started" && line.outcome !== "interrupted";
		const isRead = line.detection_after !== null;
		this.#machines.set(key, {
			machine,
			package: name,
			sha256: line.sha256 ?? known?.sha256 ?? "",
			outcome: isResult ? line.outcome : `${line.act} ${line.outcome}`,
			attempts: Math.max(known?.attempts ?? 0, line.act === "install" ? (line.attempt ?? 0) : 0),
			exitCode: line.exit_code ?? known?.exitCode ?? null,
			before: known?.before ?? (isRead ? line.detection_after : null),
			after: isRead ? line.detection_after : (known?.after ?? null),
			at: line.at,
			detail: line.detail,
		});
	}
}
