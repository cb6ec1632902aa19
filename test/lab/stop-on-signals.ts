/** Ends what is under way, so that the tear-down runs, on a signal and on what nobody awaited. Later ones change nothing. */
export function stopOnSignals(): AbortSignal {
	const stop = new AbortController();
	for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
		process.on(name, () => stop.abort(new Error(`told to by ${name}`)));
	process.on("uncaughtException", (error) => stop.abort(error));
	process.on("unhandledRejection", (reason) => stop.abort(reason));
	return stop.signal;
}
