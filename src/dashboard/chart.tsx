import uPlot from "uplot";
import { colourOf } from "./colour.ts";
import { Plot } from "./plot.tsx";
import { tickText } from "./words.ts";

const HEIGHT = 200;
/** Of bytes, round numbers are powers of two. */
const POWERS = Array.from({ length: 50 }, (_, index) => 2 ** index);

export interface Line {
	/** Of the style sheet: "--success". */
	readonly colour: string;
	/** One for each time. */
	readonly values: readonly number[];
	readonly isStepped?: boolean;
	readonly isDashed?: boolean;
}

interface ChartProps {
	/** What it says to those who do not see it. */
	readonly label: string;
	/** It is drawn anew when this differs, not with every look. */
	readonly version: string;
	/** Seconds since the epoch. */
	readonly times: readonly number[];
	readonly lines: readonly Line[];
	readonly most: number;
	/** Of values that are bytes; absent: they are counts. */
	readonly unit?: (value: number) => string;
}

/** Lines over time. */
export function Chart({ label, version, times, lines, most, unit }: ChartProps) {
	const draw = (place: HTMLElement, size: { readonly width: number; readonly height: number }) => {
		const axis = { stroke: colourOf("--muted-foreground"), grid: { stroke: colourOf("--border"), width: 1 } };
		const stepped = uPlot.paths.stepped?.({ align: 1 });
		return new uPlot(
			{
				...size,
				legend: { show: false },
				scales: { y: { range: [0, most] } },
				axes: [
					{
						...axis,
						space: 90,
						values: (_chart, ticks, _axis, _space, step) => ticks.map((at) => tickText(new Date(at * 1000), step)),
					},
					unit ? { ...axis, size: 90, incrs: POWERS, values: (_chart, ticks) => ticks.map(unit) } : axis,
				],
				series: [
					{},
					...lines.map((line) => ({
						stroke: colourOf(line.colour),
						width: 2,
						points: { show: false },
						...(line.isDashed ? { dash: [8, 6] } : {}),
						...(line.isStepped && stepped ? { paths: stepped } : {}),
					})),
				],
			},
			[[...times], ...lines.map(({ values }) => [...values])],
			place,
		);
	};
	return <Plot label={label} version={version} height={HEIGHT} draw={draw} />;
}
