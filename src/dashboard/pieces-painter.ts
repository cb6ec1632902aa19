import { scaleLinear } from "d3-scale";
import type { SwarmMachine } from "../console/cockpit.ts";
import { colourOf } from "./colour.ts";
import { isUnknown, levelAt } from "./pieces-words.ts";

const ALL = 15;
const STRIP_PX = 48;
const TALLEST_PX = 18;
const LOWEST_PX = 6;
/** As tall as the box that they are scrolled in. */
const ROWS_PX = 600;
/** Rows as tall have their names beside them. */
const NAMED_PX = 12;
const NAMES_PX = 160;
const NUMBERS_PX = 44;
const HATCH_PX = 6;
/** Columns as wide have a gap between them. */
const GAPPED_PX = 5;

interface Picture {
	readonly rows: readonly SwarmMachine[];
	readonly availability: readonly number[];
	readonly machines: number;
}

type Colours = Readonly<Record<"empty" | "held" | "whole" | "left" | "rarest" | "card" | "quiet" | "text", string>>;

/** Paints who has which pieces: every cell of the rows is a pixel of a small picture, which is then drawn larger. */
export class PiecesPainter {
	readonly #strip: HTMLCanvasElement;
	readonly #body: HTMLCanvasElement;
	readonly #cells = document.createElement("canvas");
	#picture: Picture = { rows: [], availability: [], machines: 0 };
	#width = 0;
	#height = LOWEST_PX;
	#left = 0;

	constructor(strip: HTMLCanvasElement, body: HTMLCanvasElement) {
		this.#strip = strip;
		this.#body = body;
	}

	paint(picture: Picture): void {
		this.#picture = picture;
		const { rows } = picture;
		this.#width = Math.max(200, this.#body.parentElement?.clientWidth ?? 200);
		this.#height = Math.max(LOWEST_PX, Math.min(TALLEST_PX, Math.floor(ROWS_PX / Math.max(1, rows.length))));
		this.#left = this.#isNamed ? Math.min(NAMES_PX, Math.floor(this.#width * 0.3)) : NUMBERS_PX;
		const colours = coloursNow();
		this.#paintStrip(colours);
		this.#paintRows(colours);
	}

	/** Another one wherever cells have moved. */
	get layout(): string {
		return [this.#width, this.#height, this.#left, this.#columns].join(" ");
	}

	/** In pixels of the page from the corner of the rows; null: no cell is there. */
	cellAt(x: number, y: number): { readonly row: number; readonly column: number } | null {
		const row = Math.floor(y / this.#height);
		const column = Math.floor(((x - this.#left) / (this.#width - this.#left)) * this.#columns);
		if (row < 0 || row >= this.#picture.rows.length) return null;
		return { row, column: Math.max(0, Math.min(this.#columns - 1, column)) };
	}

	placeOf(row: number, column: number) {
		const [left, right] = [this.#edge(column), this.#edge(column + 1)];
		return { left, top: row * this.#height, width: Math.max(4, right - left), height: this.#height };
	}

	/** How far the box has to be scrolled so that the row at that height is in sight, below the strip. */
	scrolled({ scrollTop, clientHeight }: HTMLElement, top: number): number {
		const lowest = top + STRIP_PX + this.#height - clientHeight;
		return Math.max(lowest, Math.min(top, scrollTop));
	}

	get #isNamed(): boolean {
		return this.#height >= NAMED_PX;
	}

	get #columns(): number {
		return this.#picture.availability.length;
	}

	#edge(column: number): number {
		return Math.round(this.#left + (column * (this.#width - this.#left)) / Math.max(1, this.#columns));
	}

	#paintStrip(colours: Colours): void {
		const { availability, machines } = this.#picture;
		const context = sized(this.#strip, this.#width, STRIP_PX);
		const most = Math.max(1, machines);
		const height = scaleLinear([0, most], [0, STRIP_PX - 8]);
		const rarest = Math.min(...availability);
		const isUneven = rarest < Math.max(...availability);
		for (const [column, machines] of availability.entries()) {
			const [left, right] = [this.#edge(column), this.#edge(column + 1)];
			const isRarest = isUneven && machines === rarest;
			context.fillStyle = isRarest ? colours.rarest : colours.held;
			const tall = Math.max(isRarest ? 3 : 1, height(machines));
			context.fillRect(left, STRIP_PX - 4 - tall, Math.max(1, right - left - this.#gap), tall);
		}
		context.fillStyle = colours.empty;
		context.fillRect(this.#left, 3, this.#width - this.#left, 1);
		context.fillStyle = colours.quiet;
		context.textAlign = "right";
		context.textBaseline = "top";
		context.fillText(String(machines), this.#left - 8, 2);
		context.textBaseline = "bottom";
		context.fillText("0", this.#left - 8, STRIP_PX - 4);
	}

	get #gap(): number {
		return (this.#width - this.#left) / Math.max(1, this.#columns) >= GAPPED_PX ? 1 : 0;
	}

	#paintRows(colours: Colours): void {
		const { rows } = this.#picture;
		const context = sized(this.#body, this.#width, rows.length * this.#height);
		this.#paintCells(colours);
		context.imageSmoothingEnabled = false;
		const [left, width] = [this.#left, this.#width - this.#left];
		const hatch = hatchOf(context, colours);
		for (const [index, row] of rows.entries()) {
			const top = index * this.#height;
			// Whoever left is drawn thinner: the colour is not the only sign.
			const [inset, tall] = row.has_left ? [this.#height / 3, this.#height / 3] : [0, this.#height - 1];
			if (isUnknown(row)) {
				context.fillStyle = hatch;
				context.fillRect(left, top, width, tall);
			} else context.drawImage(this.#cells, 0, index, this.#columns, 1, left, top + inset, width, tall);
			if (!this.#isNamed) continue;
			context.fillStyle = colours.text;
			context.textBaseline = "middle";
			context.fillText(shortened(context, row.machine, left - 8), 0, top + this.#height / 2);
		}
		context.fillStyle = colours.card;
		if (this.#gap > 0)
			for (let column = 1; column <= this.#columns; column++)
				context.fillRect(this.#edge(column) - 1, 0, 1, rows.length * this.#height);
	}

	#paintCells(colours: Colours): void {
		const { rows } = this.#picture;
		const [width, height] = [Math.max(1, this.#columns), Math.max(1, rows.length)];
		this.#cells.width = width;
		this.#cells.height = height;
		const image = new ImageData(width, height);
		const shades = {
			whole: shadesOf(colours, "whole"),
			left: shadesOf(colours, "left"),
			held: shadesOf(colours, "held"),
		};
		for (const [index, row] of rows.entries()) {
			const shade = row.share === 1 ? shades.whole : row.has_left ? shades.left : shades.held;
			for (let column = 0; column < this.#columns; column++)
				image.data.set(shade[levelAt(row, column)] ?? [0, 0, 0, 255], (index * width + column) * 4);
		}
		this.#cells.getContext("2d")?.putImageData(image, 0, 0);
	}
}

function coloursNow(): Colours {
	return {
		empty: colourOf("--border"),
		held: colourOf("--busy"),
		whole: colourOf("--success"),
		left: colourOf("--wait"),
		rarest: colourOf("--warning"),
		card: colourOf("--card"),
		quiet: colourOf("--muted-foreground"),
		text: colourOf("--foreground"),
	};
}

/** From none to all, as bytes of red, green, blue and opacity. */
function shadesOf(colours: Colours, full: "held" | "whole" | "left"): readonly (readonly number[])[] {
	const shade = scaleLinear([0, ALL], [colours.empty, colours[full]]);
	return Array.from({ length: ALL + 1 }, (_, level) => [...(shade(level).match(/\d+/g) ?? []).map(Number), 255]);
}

function hatchOf(context: CanvasRenderingContext2D, { left, empty }: Colours): CanvasPattern | string {
	const tile = document.createElement("canvas");
	tile.width = HATCH_PX;
	tile.height = HATCH_PX;
	const inner = tile.getContext("2d");
	if (!inner) return empty;
	inner.fillStyle = left;
	for (let step = 0; step < HATCH_PX; step++) inner.fillRect(step, HATCH_PX - 1 - step, 1, 1);
	return context.createPattern(tile, "repeat") ?? empty;
}

/** At the screen's own resolution, measured in pixels of the page. */
function sized(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D {
	const ratio = Math.max(1, Math.round(devicePixelRatio));
	canvas.width = width * ratio;
	canvas.height = height * ratio;
	canvas.style.height = `${height}px`;
	const context = canvas.getContext("2d");
	if (!context) throw new Error("this browser has no canvas");
	context.scale(ratio, ratio);
	context.font = '12px system-ui, "DejaVu Sans", sans-serif';
	return context;
}

function shortened(context: CanvasRenderingContext2D, name: string, width: number): string {
	if (context.measureText(name).width <= width) return name;
	let end = name.length;
	while (end > 1 && context.measureText(`${name.slice(0, end)}…`).width > width) end--;
	return `${name.slice(0, end)}…`;
}
