import type { StatusReport } from "../console/cockpit.ts";
import { STATES, TONES } from "./states.ts";

type Cell = StatusReport["machines"][number];

const GAP = 2;

/** Paints a cell for each machine; what did not change is not painted again. */
export class WallPainter {
	readonly #canvas: HTMLCanvasElement;
	readonly #context: CanvasRenderingContext2D;
	readonly #stamps = new Map<string, HTMLCanvasElement>();
	#cells: readonly Cell[] = [];
	#size = 0;
	#columns = 1;
	#ratio = 1;

	constructor(canvas: HTMLCanvasElement) {
		const context = canvas.getContext("2d");
		if (!context) throw new Error("this browser has no canvas");
		this.#canvas = canvas;
		this.#context = context;
	}

	get columns(): number {
		return this.#columns;
	}

	paint(cells: readonly Cell[]): void {
		const before = this.#cells;
		this.#cells = cells;
		if (cells.length !== before.length || !this.isFitting) this.fit();
		else
			for (const [index, { state }] of cells.entries()) if (before[index]?.state !== state) this.#stamp(index, state);
	}

	/** Whether it was painted for the width that it has: else it is stretched, and a point on it is on another cell. */
	get isFitting(): boolean {
		return this.#canvas.clientWidth * this.#ratio === this.#canvas.width;
	}

	/** To the width that there is: large cells for few machines, small ones for many. */
	fit(): void {
		const width = Math.max(200, this.#canvas.parentElement?.clientWidth ?? 200);
		const many = Math.max(1, this.#cells.length);
		this.#ratio = Math.max(1, Math.round(devicePixelRatio));
		this.#size = Math.max(12, Math.min(40, Math.floor(Math.sqrt((width * 640) / many))));
		this.#columns = Math.max(1, Math.floor(width / this.#size));
		const height = Math.ceil(many / this.#columns) * this.#size;
		this.#canvas.width = width * this.#ratio;
		this.#canvas.height = height * this.#ratio;
		this.#canvas.style.height = `${height}px`;
		this.#stamps.clear();
		for (const [index, { state }] of this.#cells.entries()) this.#stamp(index, state);
	}

	/** Which cell is there, in pixels of the page from the canvas's corner; null: none. */
	cellAt(x: number, y: number): number | null {
		const index = Math.floor(y / this.#size) * this.#columns + Math.floor(x / this.#size);
		return x < this.#columns * this.#size && index < this.#cells.length ? index : null;
	}

	placeOf(index: number): { readonly left: number; readonly top: number; readonly size: number } {
		const [column, row] = [index % this.#columns, Math.floor(index / this.#columns)];
		return { left: column * this.#size, top: row * this.#size, size: this.#size };
	}

	#stamp(index: number, state: Cell["state"]): void {
		const { left, top } = this.placeOf(index);
		this.#context.drawImage(this.#stampOf(state), left * this.#ratio, top * this.#ratio);
	}

	#stampOf(state: Cell["state"]): HTMLCanvasElement {
		const known = this.#stamps.get(state);
		if (known) return known;
		const stamp = document.createElement("canvas");
		const side = this.#size * this.#ratio;
		stamp.width = side;
		stamp.height = side;
		const context = stamp.getContext("2d");
		if (context) {
			const { mark, tone } = STATES[state];
			const gap = GAP * this.#ratio;
			context.fillStyle = TONES[tone];
			context.fillRect(0, 0, side - gap, side - gap);
			context.fillStyle = "#ffffff";
			context.font = `700 ${Math.floor(side * 0.62)}px system-ui, "DejaVu Sans", sans-serif`;
			context.textAlign = "center";
			context.textBaseline = "middle";
			context.fillText(mark, (side - gap) / 2, (side - gap) / 2 + this.#ratio);
		}
		this.#stamps.set(state, stamp);
		return stamp;
	}
}
