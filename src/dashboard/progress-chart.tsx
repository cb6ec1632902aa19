import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import type { RolloutReport } from "../console/cockpit.ts";

const HEIGHT = 200;
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

/** How many machines were verified by when, of this run. */
export function ProgressChart({ rollout }: { readonly rollout: RolloutReport }) {
	const place = useRef<HTMLDivElement>(null);
	const times = rollout.machines.flatMap(({ verified_at }) => (verified_at ? [Date.parse(verified_at) / 1000] : []));
	const isDark = useDark();
	const key = `${rollout.began_at} ${times.length} ${isDark}`;
	// Drawn anew when there is one more, not with every look.
	useEffect(() => {
		if (!place.current || !rollout.began_at || times.length === 0) return;
		times.sort((a, b) => a - b);
		const began = Math.min(Date.parse(rollout.began_at) / 1000, times[0] ?? 0);
		const style = getComputedStyle(document.documentElement);
		const colour = (name: string) => style.getPropertyValue(name).trim();
		const axis = { stroke: colour("--quiet"), grid: { stroke: colour("--line"), width: 1 } };
		const stepped = uPlot.paths.stepped?.({ align: 1 });
		const chart = new uPlot(
			{
				width: place.current.clientWidth,
				height: HEIGHT,
				legend: { show: false },
				scales: { y: { range: [0, Math.max(1, rollout.machines.length)] } },
				axes: [{ ...axis, values: (_chart, ticks) => ticks.map((at) => clock.format(at * 1000)) }, axis],
				series: [{}, { stroke: colour("--good"), width: 2, ...(stepped ? { paths: stepped } : {}) }],
			},
			[
				[began, ...times],
				[0, ...times.map((_, index) => index + 1)],
			],
			place.current,
		);
		return () => chart.destroy();
	}, [key]);
	if (times.length === 0) return null;
	return (
		<section class="card">
			<h2>Verified, by time</h2>
			<div class="chart" ref={place} role="img" aria-label={`${times.length} of ${rollout.machines.length} verified`} />
		</section>
	);
}

/** A canvas keeps the colours that it was drawn in: it is drawn anew when the scheme changes. */
function useDark(): boolean {
	const scheme = matchMedia("(prefers-color-scheme: dark)");
	const [isDark, setDark] = useState(scheme.matches);
	useEffect(() => {
		const follow = () => setDark(scheme.matches);
		scheme.addEventListener("change", follow);
		return () => scheme.removeEventListener("change", follow);
	}, [scheme]);
	return isDark;
}
