import uPlot from "uplot";
import { colourOf } from "./colour.ts";
import { Plot } from "./plot.tsx";
import { count } from "./words.ts";

const HEIGHT = 120;
const FONT = '11px system-ui, "DejaVu Sans", sans-serif';

interface BarsProps {
	/** What they are of. */
	readonly label: string;
	readonly bars: readonly { readonly words: string; readonly many: number }[];
}

/** A bar for each count, with its words and its number below. */
export function Bars({ label, bars }: BarsProps) {
	const told = bars.map(({ words, many }) => `${words}: ${count(many)}`).join(", ");
	return (
		<Plot
			label={`${label}: ${told}`}
			version={told}
			height={HEIGHT}
			draw={(place, size) => {
				const places = bars.map((_, index) => index);
				const words = bars.map(({ words, many }) => `${words}\n${count(many)}`);
				const paths = uPlot.paths.bars?.({ size: [0.7] });
				return new uPlot(
					{
						...size,
						// All of the width: on a telephone the words stand as close as they can.
						padding: [8, 0, 0, 0],
						legend: { show: false },
						cursor: { show: false },
						scales: {
							x: { time: false, range: [-0.5, bars.length - 0.5] },
							y: { range: [0, Math.max(1, ...bars.map(({ many }) => many))] },
						},
						axes: [
							{
								stroke: colourOf("--muted-foreground"),
								font: FONT,
								grid: { show: false },
								ticks: { show: false },
								splits: () => places,
								values: () => words,
							},
							{ show: false },
						],
						series: [{}, { fill: colourOf("--busy"), points: { show: false }, ...(paths ? { paths } : {}) }],
					},
					[places, bars.map(({ many }) => many)],
					place,
				);
			}}
		/>
	);
}
