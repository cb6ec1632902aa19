/** What a function of its arguments alone has no business with: the clock, chance, and timers. */
const FORBIDDEN: readonly (readonly [object, string])[] = [
	[Date, "now"],
	[Math, "random"],
	[performance, "now"],
	[process, "hrtime"],
	[crypto, "randomUUID"],
	[crypto, "getRandomValues"],
	[globalThis, "setTimeout"],
	[globalThis, "setInterval"],
	[globalThis, "setImmediate"],
	[globalThis, "queueMicrotask"],
];

/** While `act` runs, whoever asks for the time, for chance or for a timer gets an error that says so. */
export function withTripwires<T>(act: () => T): T {
	const undo = [...FORBIDDEN.map(([owner, name]) => trap(owner, name)), trapNewDate()];
	try {
		return act();
	} finally {
		for (const each of undo) each();
	}
}

function trap(owner: object, name: string): () => void {
	const before = Object.getOwnPropertyDescriptor(owner, name);
	const value = () => {
		throw new Error(`the core called ${name}`);
	};
	Object.defineProperty(owner, name, { configurable: true, writable: true, value });
	return () => {
		if (before) Object.defineProperty(owner, name, before);
		else Reflect.deleteProperty(owner, name);
	};
}

/**
 * `new Date(x)` is a value, `new Date()` is the clock. The library that knows cron lines asks for it beside every look into the
 * calendar: it is told a time long past, which would spoil every run and window if it counted.
 */
function trapNewDate(): () => void {
	const { Date: real } = globalThis;
	globalThis.Date = new Proxy(real, {
		construct(target, given, newTarget) {
			if (given.length === 0 && !isCalledByCron()) throw new Error("the core called new Date()");
			return Reflect.construct(target, given.length === 0 ? [0] : given, newTarget);
		},
		apply() {
			throw new Error("the core called Date()");
		},
	});
	return () => {
		globalThis.Date = real;
	};
}

function isCalledByCron(): boolean {
	const [, , , caller = ""] = new Error("where from").stack?.split("\n") ?? [];
	return caller.includes("/node_modules/croner/");
}
