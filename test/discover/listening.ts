import { EventEmitter, once } from "node:events";
import { Browser, type DiscoveryEvent } from "../../src/discover/browser.ts";

/** A service type that no other test uses, so that tests running at the same time do not hear each other. */
export function ownType(): string {
	return `fst-${process.pid}-${Math.trunc(performance.now() * 1000) % 1_000_000}`;
}

/** A browser on loopback that remembers all it said. */
export async function startListening(...serviceTypes: readonly string[]) {
	const events: DiscoveryEvent[] = [];
	const problems: string[] = [];
	const news = new EventEmitter();
	const browser = new Browser({
		interfaces: ["127.0.0.1"],
		serviceTypes,
		onEvent: (event) => news.emit("news", events.push(event)),
		onProblem: (detail) => news.emit("news", problems.push(detail)),
		now: Date.now,
		jitter: () => 0,
	});
	await browser.start();
	return {
		browser,
		events,
		problems,
		/** Waits until something is so, 8 s at most. */
		async until(what: string, isSo: () => boolean): Promise<void> {
			const signal = AbortSignal.timeout(8000);
			while (!isSo()) {
				await once(news, "news", { signal }).catch(() => {
					throw new Error(
						`waited in vain until ${what}; events: ${JSON.stringify(events)}; problems: ${JSON.stringify(problems)}`,
					);
				});
			}
		},
		/** What was said of one machine, without the times. */
		of: (machine: string) =>
			events
				.filter((event) => event.machine === machine)
				.map((event) =>
					event.kind === "MachineSeen" ? `seen ${event.address}:${event.port}` : `lost ${event.reason}`,
				),
		[Symbol.asyncDispose]: () => browser.stop(),
	};
}
