import type { SwarmMachine, SwarmPackage, SwarmReport } from "../console/cockpit.ts";
import { Bars } from "./bars.tsx";
import { Chart, type Line } from "./chart.tsx";
import { packagePlace } from "./library.tsx";
import { useLive } from "./live.ts";
import { MachineLink } from "./parts.tsx";
import { PiecesMap } from "./pieces.tsx";
import { ratesOf } from "./rates.ts";
import { FLOOR_NOTE, Table } from "./table.tsx";
import { bytes, count } from "./words.ts";

const SHOWN = 200;
const TENTHS = Array.from({ length: 11 }, (_, index) => index);

/** How packages spread: how fast, who has how much, and from whom. */
export function SwarmPage() {
	const { value, problem } = useLive<SwarmReport>("swarm", isUnderWay);
	return (
		<>
			<h1>Swarm</h1>
			{!value && <p role="status">{problem ?? "Asking the daemon ..."}</p>}
			{value?.packages.length === 0 && <p>No rollout brings a package that the store holds.</p>}
			{value?.packages.map((each) => (
				<Package key={each.sha256} of={each} />
			))}
		</>
	);
}

function isUnderWay({ packages }: SwarmReport): boolean {
	return packages.some(({ machines }) => machines.some(({ is_under_way }) => is_under_way));
}

function Package({ of }: { readonly of: SwarmPackage }) {
	const { name, version, sha256, size_bytes, holding, machines, controller_uplink_bytes: sent } = of;
	const title = `${name} ${version}`;
	return (
		<section class="card">
			<h2>
				<a href={packagePlace(sha256)}>{title}</a> <span class="text-light">{bytes(size_bytes)}</span>
			</h2>
			<p>
				{count(holding)} of {count(machines.length)} machines hold all of it. The controller sent {bytes(sent)},{" "}
				{(sent / Math.max(1, size_bytes)).toFixed(2)} times its size.
			</p>
			<Throughput of={of} />
			{of.pieces && machines.length > 0 && <PiecesMap of={title} pieces={of.pieces} machines={machines} />}
			<Shares machines={machines} />
			<Machines machines={machines} of={title} />
		</section>
	);
}

interface NamedLine extends Line {
	readonly words: string;
}

function Throughput({ of: { samples, floor } }: { readonly of: SwarmPackage }) {
	const { at, received, source } = ratesOf(samples);
	const limit = floor?.bytes_per_second ?? null;
	const peak = Math.max(0, ...received, ...source);
	const lines: readonly NamedLine[] = [
		{ words: "arrived at machines", colour: "--busy", values: received },
		{ words: "sent by the controller", colour: "--warning", values: source },
		...(limit === null
			? []
			: [{ words: "possible at best", colour: "--success", isDashed: true, values: at.map(() => limit) }]),
	];
	const fastest = `At most ${bytes(peak)}/s arrived`;
	return (
		<>
			<h3>Throughput</h3>
			<p>
				{at.length === 0 ? "Nothing has moved since the daemon began" : fastest}.{" "}
				{floor
					? `To all these machines together it cannot take less than ${floor.seconds.toFixed(1)} s, ${bytes(floor.bytes_per_second)}/s.`
					: "What is possible is not known: the controller or a machine does not say how fast its link is (swarm.link)."}
			</p>
			{at.length > 0 && (
				<>
					<Chart
						label={`${fastest}${limit === null ? "" : `; ${bytes(limit)}/s is possible`}`}
						version={`${at.at(0)} ${at.at(-1)} ${at.length} ${peak} ${limit}`}
						times={at}
						lines={lines}
						most={Math.max(peak, limit ?? 0, 1) * 1.05}
						unit={(value) => `${bytes(value)}/s`}
					/>
					<ul class="unstyled hstack" aria-label="Lines">
						{lines.map(({ words, colour, isDashed }) => (
							<li key={words}>
								<span
									class={isDashed ? "key line dashed" : "key line"}
									style={{ color: `var(${colour})` }}
									aria-hidden="true"
								/>{" "}
								{words}
							</li>
						))}
					</ul>
				</>
			)}
		</>
	);
}

/** However many machines there are: how many of them have how much. */
function Shares({ machines }: { readonly machines: readonly SwarmMachine[] }) {
	const bars = TENTHS.map((tenth) => ({
		words: tenth === 10 ? "all" : `${tenth * 10} %`,
		many: machines.filter(({ share }) => Math.floor(share * 10) === tenth).length,
	}));
	return (
		<>
			<h3>Who has how much</h3>
			<Bars label="Machines by their share" bars={bars} />
		</>
	);
}

function Machines({ machines, of }: { readonly machines: readonly SwarmMachine[]; readonly of: string }) {
	const shown = machines.toSorted((a, b) => a.share - b.share).slice(0, SHOWN);
	const rest =
		machines.length > shown.length ? `: the ${shown.length} of ${count(machines.length)} that have least` : "";
	return (
		<Table
			isCard={false}
			note={FLOOR_NOTE}
			caption={`Machines of ${of}${rest}`}
			columns={[
				"machine",
				"holds",
				"way",
				"from the controller",
				"from machines",
				"sent to machines",
				"took",
				"times the floor",
			]}
			numbers={["from the controller", "from machines", "sent to machines", "took", "times the floor"]}
		>
			{shown.map((row) => (
				<tr key={row.machine}>
					<th scope="row">
						<MachineLink name={row.machine} />
					</th>
					<td class="whole">
						<progress max={1} value={row.share} aria-label={`${row.machine} holds`} /> {Math.floor(row.share * 100)} %
					</td>
					<td>{row.method}</td>
					<td class="number">{row.source_bytes !== null && bytes(row.source_bytes)}</td>
					<td class="number">{row.peer_bytes !== null && bytes(row.peer_bytes)}</td>
					<td class="number">{bytes(row.sent_bytes)}</td>
					<td class="number">{row.seconds !== null && `${row.seconds.toFixed(1)} s`}</td>
					<td class="number">{row.floor_multiple !== null && `${row.floor_multiple.toFixed(2)} ×`}</td>
				</tr>
			))}
		</Table>
	);
}
