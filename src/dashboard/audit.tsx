import { useState } from "preact/hooks";
import type { AuditLine, AuditVerification } from "../console/cockpit.ts";
import { get } from "./api.ts";
import { useLive } from "./live.ts";
import { MachineLink, TableHead } from "./parts.tsx";
import { count, timeText } from "./words.ts";

export function AuditPage() {
	const { value } = useLive<{ readonly lines: readonly AuditLine[] }>("audit?limit=300");
	const [proof, setProof] = useState<AuditVerification | null>(null);
	return (
		<>
			<h1>Audit</h1>
			<section class="card">
				<div class="acts">
					<button type="button" class="main" onClick={() => get<AuditVerification>("audit/verify").then(setProof)}>
						Verify every line
					</button>
					<a href="/api/v1/audit/export?format=csv">Export as CSV</a>
					<a href="/api/v1/audit/export?format=jsonl">Export as JSON lines</a>
				</div>
				{proof && (
					<p role="status">
						{proof.is_intact
							? `All ${count(proof.lines)} lines are what was written. The last is ${proof.head.seq}:${proof.head.hash}`
							: `${proof.breaks.length} lines are not what was written, the first being line ${proof.breaks[0]?.seq}`}
					</p>
				)}
			</section>
			{value && <AuditTable caption="The newest lines" lines={value.lines.toReversed()} />}
		</>
	);
}

export function AuditTable({ caption, lines }: { readonly caption: string; readonly lines: readonly AuditLine[] }) {
	return (
		<section class="card scroll">
			<table>
				<caption>{caption}</caption>
				<TableHead columns={["line", "when", "who", "what", "came to", "on", "detail"]} />
				<tbody>
					{lines.map((line) => (
						<tr key={line.seq}>
							<td class="number">{line.seq}</td>
							<td>{timeText(line.at)}</td>
							<td>{line.who}</td>
							<td>{line.act.replaceAll("_", " ")}</td>
							<td>
								{line.outcome}
								{line.exit_code !== null && ` ${line.exit_code}`}
							</td>
							<td>{line.machine ? <MachineLink name={line.machine} /> : (line.rollout ?? line.policy)}</td>
							<td>{line.detection_after ?? line.detail}</td>
						</tr>
					))}
				</tbody>
			</table>
		</section>
	);
}
