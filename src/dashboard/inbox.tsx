import { useState } from "preact/hooks";
import type { MachineRow, ScannedKey } from "../console/cockpit.ts";
import { comparison, isAnotherKey } from "../console/host-key-text.ts";
import { Act } from "./act.tsx";
import { get, segment, told } from "./api.ts";
import { holds, SearchField } from "./find.tsx";
import { useLive } from "./live.ts";
import { MachineLink } from "./parts.tsx";
import { useUnderWay } from "./under-way.ts";
import { count, machineCount } from "./words.ts";

type HostKey = Extract<ScannedKey, { readonly kind: "host_key" }>["host_key"];

/** Machines that were found and that nobody has let in. */
export function InboxPage() {
	const { value, problem } = useLive<readonly MachineRow[]>("machines");
	const [typed, setTyped] = useState("");
	const waiting = (value ?? []).filter(({ trust }) => trust !== "approved");
	const found = waiting.filter(({ name, address }) => holds(name, typed) || holds(address, typed));
	return (
		<>
			<h1>Discovery</h1>
			<p class="text-light">
				What was found on the network or listed, and nobody has let in. Machines of the daemon's known_hosts file are
				let in by themselves.
			</p>
			{!value && <p role="status">{problem ?? "Asking the daemon ..."}</p>}
			{value && waiting.length === 0 && <p>{nobody(value)}</p>}
			{waiting.length > SHOWN && (
				<div class="card hstack">
					<SearchField label="Name or address" typed={typed} onType={setTyped} />
					<span role="status">{shownWords(found.length, waiting.length)}</span>
				</div>
			)}
			<div class="cards wide">
				{found.slice(0, SHOWN).map((row) => (
					<Waiting key={row.name} row={row} />
				))}
			</div>
		</>
	);
}

/** On a first day thousands are found at once: more than a person compares in a sitting, and than a browser shows. */
const SHOWN = 50;

function shownWords(found: number, waiting: number): string {
	const what = found === waiting ? `${machineCount(waiting)} that wait` : `${count(found)} found`;
	return found > SHOWN ? `the first ${SHOWN} of ${what}` : what;
}

function nobody(known: readonly MachineRow[]): string {
	if (known.length > 0) return "Nobody waits: every machine that was found is approved.";
	return "No machine has been found yet: they appear as they announce SSH over mDNS (avahi-daemon), or from the inventory. `fleetseed doctor` says what may be in the way.";
}

function question({ name, host_keys }: MachineRow, shown: HostKey): string {
	const warning = "Another key was pinned before: unless it was rebuilt, something else may answer. ";
	const said = `Pin this key for ${name}? ${isAnotherKey(shown, host_keys) ? warning : ""}`;
	return `${said}Compare it with what the machine itself says: ${comparison(shown)}`;
}

/** A name on the network is a claim: it is compared by the key that the machine shows now. */
function Waiting({ row }: { readonly row: MachineRow }) {
	const { name, address, port, trust, presence, host_keys, sources } = row;
	const [key, setKey] = useState<HostKey | null>(null);
	const [problem, setProblem] = useState<string | null>(null);
	const [isLooking, begin] = useUnderWay();
	const look = () => {
		setProblem(null);
		return get<HostKey>(`machines/${segment(name)}/host-key`).then(setKey, (error) => setProblem(told(error)));
	};
	return (
		<section class="card">
			<h2>
				<MachineLink name={name} />
			</h2>
			<dl>
				<dt>Address</dt>
				<dd>
					{address}:{port}
				</dd>
				<dt>Found by</dt>
				<dd>{sources.join(", ") || "nothing any more"}</dd>
				<dt>Trust</dt>
				<dd>{trust}</dd>
				<dt>Presence</dt>
				<dd>{presence}</dd>
				{host_keys.length > 0 && (
					<>
						<dt>Pinned before</dt>
						<dd>
							<code>{host_keys.join(", ")}</code>
						</dd>
					</>
				)}
				{key && (
					<>
						<dt>Shows now</dt>
						<dd>
							<code>
								{key.type} {key.fingerprint}
							</code>
						</dd>
					</>
				)}
			</dl>
			<div role="status">
				{isLooking && <p>Asking the machine ...</p>}
				{problem && <p class="card note bad">{problem}</p>}
			</div>
			<div class="hstack mt-4">
				<button type="button" class="outline" aria-disabled={isLooking} onClick={() => begin(look)}>
					Read its fingerprint
				</button>
				{key && (
					<Act
						label="Approve"
						takes="approver"
						tone="main"
						asksReason={false}
						path={`machines/${segment(name)}/approve`}
						body={{ host_key: key }}
						question={question(row, key)}
					>
						<p>
							<code>{key.fingerprint}</code>
						</p>
					</Act>
				)}
			</div>
		</section>
	);
}
