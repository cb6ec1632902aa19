import { useEffect, useRef, useState } from "preact/hooks";
import type uPlot from "uplot";

interface PlotProps {
	/** What it says to those who do not see it. */
	readonly label: string;
	/** It is drawn anew when this differs, not with every look. */
	readonly version: string;
	/** In pixels. */
	readonly height: number;
	readonly draw: (place: HTMLElement, size: { readonly width: number; readonly height: number }) => uPlot;
}

/** The place of a plot, which is as wide as there is room. */
export function Plot({ label, version, height, draw }: PlotProps) {
	const place = useRef<HTMLDivElement>(null);
	const isDark = useDark();
	useEffect(() => {
		if (!place.current) return;
		const plot = draw(place.current, { width: place.current.clientWidth, height });
		const resized = new ResizeObserver(([entry]) => {
			if (entry) plot.setSize({ width: entry.contentRect.width, height });
		});
		resized.observe(place.current);
		return () => {
			resized.disconnect();
			plot.destroy();
		};
	}, [`${version} ${isDark}`]);
	return <div class="chart" ref={place} role="img" aria-label={label} />;
}

/** A canvas keeps the colours that it was drawn in: it is drawn anew when the scheme changes. */
export function useDark(): boolean {
	const [isDark, setDark] = useState(DARK.matches);
	useEffect(() => {
		const follow = () => setDark(DARK.matches);
		follow();
		DARK.addEventListener("change", follow);
		return () => DARK.removeEventListener("change", follow);
	}, []);
	return isDark;
}

/** One for all: who listens anew at each drawing can miss a change that comes between two. */
const DARK = matchMedia("(prefers-color-scheme: dark)");
