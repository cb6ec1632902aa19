import type { PolicyReport } from "../console/policy-reports.ts";
import { segment } from "./api.ts";
import { useLive } from "./live.ts";

interface ContentProps {
	readonly policy: string;
	/** The one that is asked about. */
	readonly revision: string;
}

/** What a person is about to approve: what it changes against what was rolled out last, and all that it says. */
export function PolicyContent({ policy, revision }: ContentProps) {
	const { value, problem } = useLive<PolicyReport>(`policies/${segment(policy)}`);
	if (!value) return <p role="status">{problem ?? "Asking the daemon ..."}</p>;
	// The daemon refuses it, too.
	if (value.revision !== revision)
		return <p>Revision {value.revision.slice(0, 8)} is in force meanwhile: look again.</p>;
	const { since, content } = value;
	const changes = since?.differences.map(({ sentence }) => sentence) ?? [];
	return (
		<>
			{since && (
				<>
					<h3>Changes against revision {since.revision.slice(0, 8)}</h3>
					<Lines of="Changes" lines={changes} />
				</>
			)}
			<h3>{since ? "All that it says" : "It was never rolled out before; it says"}</h3>
			<Lines of="All that it says" lines={content} />
		</>
	);
}

function Lines({ of, lines }: { readonly of: string; readonly lines: readonly string[] }) {
	return (
		<textarea
			class="output"
			readOnly
			rows={Math.min(MOST_ROWS, Math.max(1, lines.length))}
			aria-label={of}
			value={lines.join("\n")}
		/>
	);
}

/** What is longer is scrolled. */
const MOST_ROWS = 10;
