/** Null when the signal aborts first. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | null> {
	if (signal.aborted) return Promise.resolve(null);
	const { promise: aborted, resolve } = Promise.withResolvers<null>();
	const abort = () => resolve(null);
	signal.addEventListener("abort", abort, { once: true });
	return Promise.race([promise, aborted]).finally(() => signal.removeEventListener("abort", abort));
}
