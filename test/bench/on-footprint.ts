import { Footprint } from "../lab/footprint.ts";
import { stopOnSignals } from "../lab/stop-on-signals.ts";

/** Runs a benchmark that starts processes; whatever becomes of it, nothing is left behind. Answers the exit code. */
export async function onFootprint(
	bench: (footprint: Footprint, signal: AbortSignal) => Promise<number>,
): Promise<number> {
	const signal = stopOnSignals();
	for (const left of Footprint.left()) {
		process.stderr.write(`sweeping up after ${left.id}, which was killed or kept\n`);
		await left.erase();
	}
	const footprint = Footprint.create();
	try {
		return await bench(footprint, signal);
	} catch (error) {
		const reason = signal.aborted ? signal.reason : error;
		process.stderr.write(`the benchmark stops: ${reason instanceof Error ? reason.message : String(reason)}\n`);
		return 1;
	} finally {
		await footprint.erase();
	}
}
