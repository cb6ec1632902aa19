import { styleText } from "node:util";

/** Colour for those who see it on a terminal, never the only sign. NO_COLOR turns it off (no-color.org). */
export interface Style {
	good(text: string): string;
	bad(text: string): string;
	faint(text: string): string;
	/** Of the terminal; in a pipe without end, where a line is a line for whoever reads it. */
	readonly columns: number;
}

export function styleFor(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Style {
	const isColoured = stream.isTTY && !env.NO_COLOR;
	const paint = (format: "green" | "red" | "dim") => (text: string) =>
		isColoured ? styleText(format, text, { validateStream: false }) : text;
	return {
		good: paint("green"),
		bad: paint("red"),
		faint: paint("dim"),
		// A window changes its size.
		get columns() {
			return stream.isTTY ? stream.columns || 80 : Number.POSITIVE_INFINITY;
		},
	};
}
