/** Up to so many members of a site all meet each other ... */
const ALL_MEET = 32;
/** ... beyond that, each meets about as many, drawn by lot: such a graph is connected and a few hops wide. */
const DEGREE = 20;
/** Lots drawn for it at one announce; at the next one it goes on. */
const MOST_DRAWN = 8 * DEGREE;
/** Members that the source serves itself; the others get everything from these. */
const FED = 48;
/** A site's gateway that got no further for as long gives its place to another. */
const GATEWAY_STALL_MS = 45_000;
/** Members of the controller's own site that a gateway meets besides the source. */
const GATEWAY_FRIENDS = 4;
/** Machines of each site that stay for those that come back. */
const KEEPERS = 4;
/** Of one machine, which began anew at another port. More are its own doing, and would take the source from others. */
const MOST_LIVES = 4;
/** Who is gone is looked for this often. */
const FORGET_EVERY_MS = 1_000;

export interface Announced {
	/** Where it listens, as address:port: a machine may have several lives, of which the newest few count. */
	readonly key: string;
	readonly machine: string;
	/** Null: where the controller is. */
	readonly site: string | null;
	readonly leftBytes: number;
	/** So far, of pieces that are not whole yet too. */
	readonly receivedBytes: number;
	/** When it says nothing for so long, it has missed announces: others do not wait for what it was to pass on. */
	readonly silentMs: number;
	/** It is gone when it says nothing for so long. */
	readonly forgetMs: number;
}

export interface Meeting {
	/** Keys of the members to meet. */
	readonly peers: readonly string[];
	readonly isFed: boolean;
}

interface Member extends Announced {
	readonly met: Set<string>;
	leftBytes: number;
	receivedBytes: number;
	silentMs: number;
	seenAt: number;
	/** When it last got further. */
	movedAt: number;
}

export interface NeighbourGraphOptions {
	/** In [0, 1). */
	readonly chance: () => number;
}

/**
 * Who meets whom in the swarm of one package. Meetings are mutual, so that each side knows whom to let in. Of a site other than the
 * controller's one machine, the gateway, fetches across the link, once; the others share what it has.
 */
export class NeighbourGraph {
	readonly #options: NeighbourGraphOptions;
	readonly #members = new Map<string, Member>();
	readonly #sites = new Map<string | null, Map<string, Member>>();
	/** By machine. */
	readonly #lives = new Map<string, Set<Member>>();
	readonly #fed = new Set<string>();
	readonly #gateways = new Map<string, string>();
	#forgotAt = Number.NEGATIVE_INFINITY;

	constructor(options: NeighbourGraphOptions) {
		this.#options = options;
	}

	get size(): number {
		return this.#members.size;
	}

	hasComplete(): boolean {
		return [...this.#members.values()].some(({ leftBytes }) => leftBytes === 0);
	}

	isComplete(machine: string): boolean {
		return [...(this.#lives.get(machine) ?? [])].some(({ leftBytes }) => leftBytes === 0);
	}

	/** Whether it is one of the few of its site that keep the package for machines that come back: those that have been there for the longest. */
	isKeeper(key: string): boolean {
		const member = this.#members.get(key);
		if (!member) return false;
		const complete = this.#siteOf(member.site).filter(({ leftBytes }) => leftBytes === 0);
		return complete.slice(0, KEEPERS).includes(member);
	}

	/** `now` in milliseconds on a clock that does not go back. */
	announce(announced: Announced, now: number): Meeting {
		this.#forgetOld(now);
		const member = this.#enter(announced, now);
		this.#befriend(member);
		const isGateway = member.site !== null && this.#gatewayOf(member.site, now) === member.key;
		if (isGateway) this.#befriendOutside(member);
		return { peers: this.#useful(member), isFed: this.#isFed(member, { isGateway, now }) };
	}

	leave(key: string): void {
		const member = this.#members.get(key);
		if (!member) return;
		this.#members.delete(key);
		this.#sites.get(member.site)?.delete(key);
		const lives = this.#lives.get(member.machine);
		lives?.delete(member);
		if (lives?.size === 0) this.#lives.delete(member.machine);
		this.#fed.delete(key);
		if (member.site !== null && this.#gateways.get(member.site) === key) this.#gateways.delete(member.site);
		for (const other of member.met) this.#members.get(other)?.met.delete(key);
	}

	/** All others leave. */
	keepOnly(isWelcome: (member: Announced) => boolean): void {
		for (const member of [...this.#members.values()]) if (!isWelcome(member)) this.leave(member.key);
	}

	#enter(announced: Announced, now: number): Member {
		const { key, machine, site, leftBytes, receivedBytes, silentMs } = announced;
		// Whoever was moved to another site comes in anew there, and so does another machine with an address that was somebody's.
		const before = this.#members.get(key);
		if (before?.site !== site || before.machine !== machine) this.leave(key);
		const known = this.#members.get(key);
		if (!known) {
			const member = { ...announced, met: new Set<string>(), seenAt: now, movedAt: now };
			this.#members.set(key, member);
			const others = this.#sites.get(site) ?? new Map<string, Member>();
			this.#sites.set(site, others.set(key, member));
			const lives = this.#lives.get(machine) ?? new Set<Member>();
			this.#lives.set(machine, lives.add(member));
			const [oldest] = lives;
			if (lives.size > MOST_LIVES && oldest) this.leave(oldest.key);
			return member;
		}
		if (leftBytes < known.leftBytes || receivedBytes > known.receivedBytes) known.movedAt = now;
		return Object.assign(known, { leftBytes, receivedBytes, silentMs, seenAt: now });
	}

	#befriend(member: Member): void {
		const isCrowd = (this.#sites.get(member.site)?.size ?? 0) > ALL_MEET;
		if (isCrowd && member.met.size >= DEGREE) return;
		const site = this.#siteOf(member.site);
		if (!isCrowd) {
			for (const other of site) if (other !== member) link(member, other);
			return;
		}
		for (let drawn = 0; drawn < MOST_DRAWN && member.met.size < DEGREE; drawn++) {
			const other = site[Math.floor(this.#options.chance() * site.length)];
			if (other && other !== member && other.met.size < 2 * DEGREE) link(member, other);
		}
	}

	#befriendOutside(gateway: Member): void {
		const outside = [...gateway.met].filter((key) => this.#members.get(key)?.site === null).length;
		const friends = this.#siteOf(null).filter(({ key }) => !gateway.met.has(key));
		for (const friend of friends.slice(0, Math.max(0, GATEWAY_FRIENDS - outside))) link(gateway, friend);
	}

	/** Two that have everything have nothing to tell each other. */
	#useful(member: Member): readonly string[] {
		return [...member.met].filter((key) => member.leftBytes > 0 || (this.#members.get(key)?.leftBytes ?? 0) > 0);
	}

	#isFed({ key, site, leftBytes }: Member, { isGateway, now }: { isGateway: boolean; now: number }): boolean {
		if (leftBytes === 0) {
			this.#fed.delete(key);
			return false;
		}
		if (site !== null) return isGateway;
		if (this.#fed.size >= FED) this.#leaveSilent(now);
		if (this.#fed.size < FED) this.#fed.add(key);
		return this.#fed.has(key);
	}

	#leaveSilent(now: number): void {
		for (const key of this.#fed) {
			const member = this.#members.get(key);
			if (!member || isSilent(member, now)) this.#fed.delete(key);
		}
	}

	#gatewayOf(site: string, now: number): string | null {
		const gateway = this.#members.get(this.#gateways.get(site) ?? "");
		const isMoving = gateway && (gateway.leftBytes === 0 || now - gateway.movedAt < GATEWAY_STALL_MS);
		if (isMoving && !isSilent(gateway, now)) return gateway.key;
		const others = this.#siteOf(site).filter((other) => other !== gateway && !isSilent(other, now));
		const next = others.sort((a, b) => a.leftBytes - b.leftBytes)[0] ?? gateway;
		if (!next) return null;
		if (gateway) this.#partFromOutside(gateway);
		next.movedAt = now;
		this.#gateways.set(site, next.key);
		return next.key;
	}

	#partFromOutside(gateway: Member): void {
		for (const other of this.#siteOf(null)) unlink(gateway, other);
	}

	#siteOf(site: string | null): Member[] {
		return [...(this.#sites.get(site)?.values() ?? [])];
	}

	#forgetOld(now: number): void {
		if (now - this.#forgotAt < FORGET_EVERY_MS) return;
		this.#forgotAt = now;
		for (const { key, seenAt, forgetMs } of [...this.#members.values()]) if (now - seenAt > forgetMs) this.leave(key);
	}
}

function isSilent({ seenAt, silentMs }: Member, now: number): boolean {
	return now - seenAt > silentMs;
}

function link(one: Member, other: Member): void {
	one.met.add(other.key);
	other.met.add(one.key);
}

function unlink(one: Member, other: Member): void {
	one.met.delete(other.key);
	other.met.delete(one.key);
}
