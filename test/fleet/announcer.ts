import multicastDns from "multicast-dns";

export interface Announced {
	readonly name: string;
	readonly address: string;
	readonly sshPort: number;
	readonly labels: Readonly<Record<string, string>>;
}

const SERVICES = ["_ssh._tcp.local", "_fleetseed._tcp.local"];
const TTL_SECONDS = 120;

/**
 * Announces one machine over mDNS (RFC 6762) on loopback, as avahi does on a real one. It gives its own A record, since
 * many machines share this host's interfaces; and both the interface and the bind address are named, so that no packet
 * leaves loopback.
 */
export class Announcer {
	readonly #announced: Announced;
	readonly #mdns: multicastDns.MulticastDNS;

	constructor(announced: Announced) {
		this.#announced = announced;
		this.#mdns = multicastDns({ interface: "127.0.0.1", bind: "0.0.0.0", loopback: true });
		this.#mdns.on("query", ({ questions = [] }) => {
			if (questions.some(({ name }) => SERVICES.includes(name))) this.#say(TTL_SECONDS);
		});
	}

	/** Speaks unasked, as a machine does when it comes up. */
	announce(): void {
		this.#say(TTL_SECONDS);
	}

	/** Says goodbye: every record with a time to live of 0. */
	stop(): Promise<void> {
		return new Promise((resolve) => this.#mdns.respond(this.#records(0), () => this.#mdns.destroy(() => resolve())));
	}

	#say(ttl: number): void {
		this.#mdns.respond(this.#records(ttl));
	}

	#records(ttl: number) {
		const { name, address, sshPort, labels } = this.#announced;
		const target = `${name}.local`;
		const txt = Object.entries(labels).map(([key, value]) => `label.${key}=${value}`);
		const records = SERVICES.flatMap((service) => [
			{ name: service, type: "PTR" as const, ttl, data: `${name}.${service}` },
			{
				name: `${name}.${service}`,
				type: "SRV" as const,
				ttl,
				data: { target, port: sshPort, priority: 0, weight: 0 },
			},
			{ name: `${name}.${service}`, type: "TXT" as const, ttl, data: txt },
		]);
		return [...records, { name: target, type: "A" as const, ttl, data: address }];
	}
}
