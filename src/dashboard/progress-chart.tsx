import type { RolloutReport } from "../console/cockpit.ts";
import { Chart } from "./chart.tsx";

/** How many machines were verified by when, of this run. */
export function ProgressChart({ rollout }: { readonly rollout: RolloutReport }) {
	const { began_at, machines } = rollout;
	const times = machines.flatMap(({ verified_at }) => (verified_at ? [Date.parse(verified_at) / 1000] : []));
	if (!began_at || times.length === 0) return null;
	times.sort((a, b) => a - b);
	const began = Math.min(Date.parse(began_at) / 1000, times[0] ?? 0);
	return (
		<section class="card">
			<h2>Verified, by time</h2>
			<Chart
				label={`${times.length} of ${machines.length} verified`}
				version={`${began_at} ${times.length}`}
				times={[began, ...times]}
				lines={[{ colour: "--good", isStepped: true, values: [0, ...times.map((_, index) => index + 1)] }]}
				most={Math.max(1, machines.length)}
			/>
		</section>
	);
}
