import { useState } from "preact/hooks";
import type { AuditLine, AuditVerification } from "../console/cockpit.ts";
import { get, segment, told } from "./api.ts";
import { useLive } from "./live.ts";
import { MachineLink, PolicyLink } from "./parts.tsx";
import { Table } from "./table.tsx";
import { tell } from "./told.tsx";
import { useUnderWay } from "./under-way.ts";
import { count, timeText } from "./words.ts";

const LINES = 100;
/** A journal of years is read from its first line to its last. */
const VERIFYING_MS = 600_000;

export function AuditPage() {
	const [proof, setProof] = useState<AuditVerification | null>(null);
	const [isVerifying, begin] = useUnderWay();
	const verify = () => {
		setProof(null);
		return get<AuditVerification>("audit/verify", { deadlineMs: VERIFYING_MS }).then(setProof, (error: unknown) =>
			tell({ text: told(error), isBad: true }),
		);
	};
	return (
		<>
			<h1>Audit</h1>
			<section class="card">
				<div class="hstack">
					<button type="button" aria-disabled={isVerifying} onClick={() => begin(verify)}>
						Verify every line
					</button>
					<a href="/api/v1/audit/export?format=csv">Export as CSV</a>
					<a href="/api/v1/audit/export?format=jsonl">Export as JSON lines</a>
				</div>
				<div role="status">
					{isVerifying && <p>Every line is read ...</p>}
					{proof && <Proof proof={proof} />}
				</div>
			</section>
			<Lines />
		</>
	);
}

function Proof({ proof: { is_intact, lines, head, breaks } }: { readonly proof: AuditVerification }) {
	if (is_intact)
		return (
			<p>
				All {count(lines)} lines are what was written. The last is {head.seq}:{head.hash}
			</p>
		);
	const many = breaks.length === 1 ? "1 line is" : `${count(breaks.length)} lines are`;
	return (
		<p class="card note bad">
			{many} not what was written, the first being line {breaks[0]?.seq}
		</p>
	);
}

/** A page of them, of all or of one machine. */
function Lines() {
	const [machine, setMachine] = useState("");
	const [before, setBefore] = useState<number | null>(null);
	const asked = `${machine && `&machine=${segment(machine)}`}${before === null ? "" : `&before=${before}`}`;
	const { value, problem } = useLive<{ readonly lines: readonly AuditLine[] }>(`audit?limit=${LINES}${asked}`);
	const oldest = value?.lines[0]?.seq;
	const caption = before === null ? "The newest lines" : `Lines before ${before}`;
	return (
		<>
			<section class="card hstack">
				<label>
					Only of machine{" "}
					<input
						class="short"
						value={machine}
						onChange={({ currentTarget }) => {
							setMachine(currentTarget.value.trim());
							setBefore(null);
						}}
					/>
				</label>
				<button type="button" class="outline" disabled={before === null} onClick={() => setBefore(null)}>
					Newest
				</button>
				<button
					type="button"
					class="outline"
					disabled={!value || value.lines.length < LINES || oldest === undefined}
					onClick={() => setBefore(oldest ?? null)}
				>
					Older
				</button>
			</section>
			{!value && <p role="status">{problem ?? "Asking the daemon ..."}</p>}
			{value?.lines.length === 0 && <p>{machine ? `Nothing is written of ${machine}.` : "Nothing is written yet."}</p>}
			{value && value.lines.length > 0 && <AuditTable caption={caption} lines={value.lines.toReversed()} />}
		</>
	);
}

interface AuditTableProps {
	readonly caption: string;
	readonly lines: readonly AuditLine[];
	/** Which the page is about: it is not named in each line again. */
	readonly isOfOneMachine?: boolean;
}

export function AuditTable({ caption, lines, isOfOneMachine = false }: AuditTableProps) {
	const on = isOfOneMachine ? "policy" : "on";
	return (
		<Table caption={caption} columns={["line", "when", "who", "what", "came to", on, "detail"]} numbers={["line"]}>
			{lines.map((line) => (
				<tr key={line.seq}>
					<td class="number">{line.seq}</td>
					<td class="whole">{timeText(line.at)}</td>
					<td>{line.who}</td>
					<td>{line.act.replaceAll("_", " ")}</td>
					<td>
						{line.outcome}
						{line.exit_code !== null && ` ${line.exit_code}`}
					</td>
					<td class="name">
						{line.machine && !isOfOneMachine ? (
							<MachineLink name={line.machine} />
						) : line.policy ? (
							<PolicyLink name={line.policy} />
						) : (
							line.package
						)}
					</td>
					<td class="text">{line.detection_after ?? line.detail}</td>
				</tr>
			))}
		</Table>
	);
}
