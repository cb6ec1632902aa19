import { useId, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { StatusReport } from "../console/cockpit.ts";
import { Find, holds } from "./find.tsx";
import { isWithModifier } from "./keys.ts";
import { MarkedCell } from "./marked-cell.tsx";
import { MachineLink, machinePlace, State } from "./parts.tsx";
import { STATES } from "./states.ts";
import { Table } from "./table.tsx";
import { WallPainter } from "./wall-painter.ts";
import { bytes, count, machineCount } from "./words.ts";

type Cell = StatusReport["machines"][number];

/** The whole fleet: a cell for each machine, what is counted, and why machines wait. */
export function WallPage({ status }: { readonly status: StatusReport }) {
	const { totals, groups } = status;
	const machines = useMemo(() => status.machines.toSorted(byName), [status.machines]);
	return (
		<>
			<h1>Fleet</h1>
			<section class="card" aria-label="Totals">
				<ul class="unstyled hstack figures">
					<Figure value={count(totals.machines)} words="machines in rollouts" />
					<Figure value={count(totals.installed)} words="installed" />
					<Figure value={count(totals.failed)} words="failed" />
					<Figure value={bytes(totals.origin_bytes)} words="from origins" />
					<Figure value={bytes(totals.controller_uplink_bytes)} words="sent by the controller" />
					<Figure value={bytes(totals.peer_bytes)} words="sent by machines to each other" />
				</ul>
			</section>
			<section class="card">
				<h2>{machineCount(machines.length)}</h2>
				{machines.length > 0 ? (
					<>
						<Legend cells={machines} />
						<Wall cells={machines} />
					</>
				) : (
					<NoMachine />
				)}
			</section>
			{groups.length > 0 && <Groups groups={groups} />}
		</>
	);
}

/** By code units: it is done anew with each look, and a large fleet's names are many. */
function byName(a: Cell, b: Cell): number {
	return a.name < b.name ? -1 : 1;
}

/** What to look at first when none comes. */
function NoMachine() {
	return (
		<p>
			None yet: they appear as they announce SSH over mDNS (avahi-daemon), or from the inventory file, and wait in{" "}
			<a href="#/inbox">Discovery</a> until somebody lets them in. <code>fleetseed doctor</code> says what may be in the
			way.
		</p>
	);
}

function Figure({ value, words }: { readonly value: string; readonly words: string }) {
	return (
		<li>
			<b>{value}</b>
			{words}
		</li>
	);
}

/** Keys move from cell to cell; Enter opens the machine. What a screen reader hears is the cell that is marked. */
function Wall({ cells }: { readonly cells: readonly Cell[] }) {
	const canvas = useRef<HTMLCanvasElement>(null);
	const painter = useRef<WallPainter | null>(null);
	const mark = useRef<HTMLDivElement>(null);
	const markId = useId();
	const [marked, setMarked] = useState<Marked>({ index: 0, name: null, isFollowed: false });
	const [typed, setTyped] = useState("");
	// Where the mark goes is known once there is a wall, and is elsewhere in a wall of another width.
	const [, setPainted] = useState(0);
	useLayoutEffect(() => {
		if (!canvas.current) return;
		painter.current ??= new WallPainter(canvas.current);
		painter.current.paint(cells);
		setPainted((times) => times + 1);
	}, [cells]);
	useLayoutEffect(() => {
		const { current } = canvas;
		if (!current) return;
		// Its own width, not the window's: a tall wall brings a scroll bar that takes some of it.
		const resized = new ResizeObserver(() => {
			if (painter.current?.isFitting) return;
			painter.current?.fit();
			setPainted((times) => times + 1);
		});
		resized.observe(current);
		return () => resized.disconnect();
	}, []);
	const at = placeOf(marked, cells);
	const cell = cells[at];
	const place = painter.current?.placeOf(at);
	useLayoutEffect(() => {
		if (marked.isFollowed) mark.current?.scrollIntoView({ block: "nearest" });
	}, [marked]);
	const markCell = (index: number, isFollowed: boolean) =>
		setMarked({ index, name: cells[index]?.name ?? null, isFollowed });
	const move = (event: KeyboardEvent) => {
		if (isWithModifier(event)) return;
		const columns = painter.current?.columns ?? 1;
		const steps: Readonly<Record<string, number>> = {
			ArrowRight: 1,
			ArrowLeft: -1,
			ArrowDown: columns,
			ArrowUp: -columns,
			Home: -at,
			End: cells.length - 1 - at,
		};
		if (event.key === "Enter" && cell) location.hash = machinePlace(cell.name);
		const step = steps[event.key];
		if (step === undefined) return;
		event.preventDefault();
		markCell(Math.max(0, Math.min(cells.length - 1, at + step)), true);
	};
	const point = (event: MouseEvent) => painter.current?.cellAt(event.offsetX, event.offsetY) ?? null;
	const found = typed.trim() === "" ? [] : cells.filter(({ name }) => holds(name, typed)).map(({ name }) => name);
	const find = (text: string) => {
		setTyped(text);
		const first = text.trim() === "" ? -1 : cells.findIndex(({ name }) => holds(name, text));
		if (first >= 0) markCell(first, false);
	};
	return (
		<>
			<Find typed={typed} onType={find} found={found} />
			<div class="tall">
				<div
					class="wall"
					role="listbox"
					tabIndex={0}
					aria-label="Machines; arrow keys move, Enter opens one"
					aria-activedescendant={`${markId}-${at}`}
					onKeyDown={move}
					onMouseMove={(event) => markCell(point(event) ?? at, false)}
					onClick={(event) => {
						const clicked = cells[point(event) ?? -1];
						if (clicked) location.hash = machinePlace(clicked.name);
					}}
				>
					<canvas ref={canvas} />
					{cell && (
						<MarkedCell
							key={at}
							id={`${markId}-${at}`}
							at={mark}
							place={place && { left: place.left, top: place.top, width: place.size, height: place.size }}
							size={cells.length}
							position={at + 1}
							words={`${cell.name}: ${STATES[cell.state].words}`}
						/>
					)}
				</div>
				{cell && (
					<p class="told">
						<MachineLink name={cell.name} />: <State state={cell.state} />
						{cell.reason && <span class="text-light"> {cell.reason}</span>}
					</p>
				)}
			</div>
		</>
	);
}

interface Marked {
	readonly index: number;
	/** null: nobody has marked one yet. */
	readonly name: string | null;
	/** Whether it is kept in sight: keys take it anywhere. */
	readonly isFollowed: boolean;
}

/** The mark stays on its machine when others come and go before it. */
function placeOf({ index, name }: Marked, cells: readonly Cell[]): number {
	if (name === null || cells[index]?.name === name) return Math.min(index, cells.length - 1);
	const moved = cells.findIndex((cell) => cell.name === name);
	return moved >= 0 ? moved : Math.min(index, cells.length - 1);
}

/** Worst first; always in the same order, so that a number stays where it is while machines go on. */
const ALL_STATES = Object.keys(STATES) as (keyof typeof STATES)[];

function Legend({ cells }: { readonly cells: readonly Cell[] }) {
	const counts = new Map<Cell["state"], number>();
	for (const { state } of cells) counts.set(state, (counts.get(state) ?? 0) + 1);
	return (
		<ul class="unstyled hstack" aria-label="States">
			{ALL_STATES.flatMap((state) => {
				const many = counts.get(state);
				if (many === undefined) return [];
				return (
					<li key={state}>
						<State state={state} /> {count(many)}
					</li>
				);
			})}
		</ul>
	);
}

function Groups({ groups }: Pick<StatusReport, "groups">) {
	return (
		<Table caption="Not done, and why" columns={["state", "machines", "reason", "such as"]} numbers={["machines"]}>
			{groups.map(({ state, reason, machines, names }) => (
				<tr key={`${state} ${reason}`}>
					<td>
						<State state={state} />
					</td>
					<td class="number">{count(machines)}</td>
					<td class="text">{reason}</td>
					<td class="text">
						{names.map((name) => (
							<span key={name}>
								<MachineLink name={name} />{" "}
							</span>
						))}
					</td>
				</tr>
			))}
		</Table>
	);
}
