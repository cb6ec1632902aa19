import { useId, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { SwarmMachine, SwarmPackage } from "../console/cockpit.ts";
import { isWithModifier } from "./keys.ts";
import { MarkedCell } from "./marked-cell.tsx";
import { MachineLink, machinePlace } from "./parts.tsx";
import { PiecesPainter } from "./pieces-painter.ts";
import { heldSentence, pieceSentence, type Spread, spreadSentences } from "./pieces-words.ts";
import { useDark } from "./plot.tsx";

/** A row is drawn for no more machines: for those that have least. */
const MOST_ROWS = 500;

interface PiecesProps {
	/** The package, for people. */
	readonly of: string;
	readonly pieces: Spread;
	readonly machines: SwarmPackage["machines"];
}

/** Who has which pieces: a row for each machine, a column for each piece, and how many have it above. */
export function PiecesMap({ of, pieces, machines }: PiecesProps) {
	const rows = useMemo(() => rowsOf(machines), [machines]);
	return (
		<>
			<h3>Who has which pieces</h3>
			<p>
				{spreadSentences(pieces, machines).join(" ")} On top is how many machines have each, below it who.
				{rows.length < machines.length && ` Drawn are the ${rows.length} machines that have least.`}
			</p>
			<Grid of={of} pieces={pieces} machines={machines} rows={rows} />
			<ul class="unstyled hstack" aria-label={`What is drawn of ${of}`}>
				<Key colour="--busy">has the piece</Key>
				<Key colour="--success">has all of them</Key>
				<Key colour="--wait" look="left">
					had it when it left the swarm
				</Key>
				<Key look="unknown">which pieces is not known</Key>
				<Key colour="--warning">rarest, on the fewest machines</Key>
			</ul>
		</>
	);
}

interface KeyProps {
	/** Of the style sheet. */
	readonly colour?: string;
	readonly look?: "left" | "unknown";
	readonly children: string;
}

function Key({ colour, look, children }: KeyProps) {
	return (
		<li>
			<span class={`key ${look ?? ""}`} style={colour && { background: `var(${colour})` }} aria-hidden="true" />{" "}
			{children}
		</li>
	);
}

/** In the order of their names, so that none moves while it fills up. */
function rowsOf(machines: readonly SwarmMachine[]): readonly SwarmMachine[] {
	const least =
		machines.length > MOST_ROWS ? machines.toSorted((a, b) => a.share - b.share).slice(0, MOST_ROWS) : machines;
	return least.toSorted((a, b) => (a.machine < b.machine ? -1 : 1));
}

interface Cell {
	readonly row: number;
	readonly column: number;
}

/** Keys move from cell to cell; Enter opens the machine. What a screen reader hears is the row and the piece that are marked. */
function Grid({ of, pieces, machines, rows }: PiecesProps & { readonly rows: readonly SwarmMachine[] }) {
	const [strip, body] = [useRef<HTMLCanvasElement>(null), useRef<HTMLCanvasElement>(null)];
	const box = useRef<HTMLDivElement>(null);
	const markId = useId();
	const painter = useRef<PiecesPainter | null>(null);
	const [marked, setMarked] = useState<Cell>({ row: 0, column: 0 });
	const [width, setWidth] = useState(0);
	// Where the mark goes is known once it is painted.
	const [layout, setLayout] = useState("");
	const isDark = useDark();
	useLayoutEffect(() => {
		if (!strip.current || !body.current) return;
		painter.current ??= new PiecesPainter(strip.current, body.current);
		painter.current.paint({ rows, availability: pieces.availability, machines: machines.length });
		setLayout(painter.current.layout);
	}, [rows, pieces, machines, width, isDark]);
	useLayoutEffect(() => {
		if (!body.current) return;
		const resized = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
		resized.observe(body.current);
		return () => resized.disconnect();
	}, []);
	const at = {
		row: Math.min(marked.row, rows.length - 1),
		column: Math.min(marked.column, pieces.availability.length - 1),
	};
	const row = rows[at.row];
	const markedId = `${markId}-${at.row}-${at.column}`;
	const place = layout !== "" ? painter.current?.placeOf(at.row, at.column) : undefined;
	const move = (event: KeyboardEvent) => {
		if (isWithModifier(event)) return;
		if (event.key === "Enter" && row) location.hash = machinePlace(row.machine);
		const next = moved(event.key, at, { rows: rows.length, columns: pieces.availability.length });
		if (!next) return;
		event.preventDefault();
		setMarked(next);
		const top = painter.current?.placeOf(next.row, next.column).top ?? 0;
		if (box.current) box.current.scrollTop = painter.current?.scrolled(box.current, top) ?? 0;
	};
	const point = (event: MouseEvent) => painter.current?.cellAt(event.offsetX, event.offsetY) ?? null;
	return (
		<>
			<div
				class="pieces"
				ref={box}
				role="listbox"
				tabIndex={0}
				aria-label={`Pieces of ${of} by machine; arrow keys move, Enter opens one`}
				aria-activedescendant={markedId}
				onKeyDown={move}
			>
				<canvas ref={strip} class="strip" />
				<div class="wall">
					<canvas
						ref={body}
						onMouseMove={(event) => setMarked(point(event) ?? at)}
						onClick={(event) => {
							const clicked = rows[point(event)?.row ?? -1];
							if (clicked) location.hash = machinePlace(clicked.machine);
						}}
					/>
					{row && (
						<MarkedCell
							key={markedId}
							id={markedId}
							place={place}
							size={rows.length}
							position={at.row + 1}
							words={`${row.machine}: ${heldSentence(row, pieces)}; ${pieceSentence(row, pieces, at.column)}`}
						/>
					)}
				</div>
			</div>
			{row && (
				<p class="told">
					<MachineLink name={row.machine} />: {heldSentence(row, pieces)};{" "}
					<span class="text-light">{pieceSentence(row, pieces, at.column)}</span>
				</p>
			)}
		</>
	);
}

interface Extent {
	readonly rows: number;
	readonly columns: number;
}

function moved(key: string, { row, column }: Cell, { rows, columns }: Extent): Cell | null {
	const to: Readonly<Record<string, Cell>> = {
		ArrowRight: { row, column: column + 1 },
		ArrowLeft: { row, column: column - 1 },
		ArrowDown: { row: row + 1, column },
		ArrowUp: { row: row - 1, column },
		Home: { row: 0, column },
		End: { row: rows - 1, column },
	};
	const next = to[key];
	if (!next) return null;
	return {
		row: Math.max(0, Math.min(rows - 1, next.row)),
		column: Math.max(0, Math.min(columns - 1, next.column)),
	};
}
