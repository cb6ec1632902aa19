import type { State } from "../simulate/timeline.ts";

interface Fill {
	readonly colour: string;
	/** What is drawn on it again and again, as an SVG path on a square of `size`; null: nothing. */
	readonly hatch: { readonly size: number; readonly path: string; readonly width: number } | null;
}

const hatch = (size: number, path: string, width = 1) => ({ size, path, width });

/** Told apart by their colours (Okabe and Ito, 2008, and greys), and without any by their hatching: the two that have none are dark and light. */
const FILLS: Readonly<Record<State, Fill>> = {
	verified: { colour: "#009e73", hatch: null },
	rebooting: { colour: "#cc79a7", hatch: hatch(6, "M2 3h2", 2) },
	installing: { colour: "#0072b2", hatch: hatch(6, "M-1 1l2 -2M0 6l6 -6M5 7l2 -2", 1.5) },
	holding: { colour: "#56b4e9", hatch: hatch(5, "M0 2.5h5") },
	delivering: { colour: "#a6d5f2", hatch: hatch(6, "M-1 5l2 2M0 0l6 6M5 -1l2 2") },
	waiting: { colour: "#e3e3e3", hatch: null },
	away: { colour: "#9a9a9a", hatch: hatch(5, "M2.5 0v5") },
	left_out: { colour: "#c8c0a8", hatch: hatch(8, "M0 4h8M4 0v8") },
	rolled_back: { colour: "#e69f00", hatch: hatch(8, "M0 6l4 -4l4 4") },
	failed: { colour: "#d55e00", hatch: hatch(6, "M0 0l6 6M6 0l-6 6", 1.2) },
};

/** What an element's `fill` says. */
export function fillOf(state: State): string {
	return FILLS[state].hatch ? `url(#${state})` : FILLS[state].colour;
}

/** The definitions that those fills refer to, as lines of SVG. */
export function fillDefinitions(states: readonly State[]): readonly string[] {
	return ["<defs>", ...states.flatMap(definition), "</defs>"];
}

function definition(state: State): readonly string[] {
	const { colour, hatch } = FILLS[state];
	if (!hatch) return [];
	const { size, path, width } = hatch;
	const ground = `<rect width="${size}" height="${size}" fill="${colour}"/>`;
	const lines = `<path d="${path}" fill="none" stroke="#000000" stroke-opacity="0.65" stroke-width="${width}"/>`;
	return [
		`<pattern id="${state}" width="${size}" height="${size}" patternUnits="userSpaceOnUse">${ground}${lines}</pattern>`,
	];
}
