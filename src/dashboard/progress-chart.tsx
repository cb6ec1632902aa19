import type { RolloutReport } from "../console/cockpit.ts";
import { Chart } from "./chart.tsx";

/** How many machines were verified by when, of this run. */
export function ProgressChart({ rollout, at }: { readonly rollout: RolloutReport; readonly at: string }) {
	const { began_at, machines } = rollout;
	const times = machines.flatMap(({ verified_at }) => (verified_at ? [Date.parse(verified_at) / 1000] : []));
	if (!began_at || times.length === 0) return null;
	times.sort((a, b) => a - b);
	// While some are missing it goes on to now, to the minute: it is not drawn anew with every look.
	const now = Math.max(times.at(-1) ?? 0, Math.floor(Date.parse(at) / 60_000) * 60);
	const rest = times.length < machines.length ? [now] : [];
	const began = Math.min(Date.parse(began_at) / 1000, times[0] ?? 0);
	return (
		<section class="card">
			<h2>Machines verified, by time</h2>
			<Chart
				label={`${times.length} of ${machines.length} verified`}
				version={`${began_at} ${times.length} ${rest[0]}`}
				times={[began, ...times, ...rest]}
				lines={[
					{
						colour: "--success",
						isStepped: true,
						values: [0, ...times.map((_, index) => index + 1), ...rest.map(() => times.length)],
					},
				]}
				most={Math.max(1, machines.length)}
			/>
		</section>
	);
}
