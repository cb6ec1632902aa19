import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { AuditLine, OutputRow, WhyReport } from "../console/cockpit.ts";
import { Act } from "./act.tsx";
import { segment } from "./api.ts";
import { AuditTable } from "./audit.tsx";
import { useLive } from "./live.ts";
import { State } from "./parts.tsx";
import { bytes, count, timeText } from "./words.ts";

/** All that is known of one machine. */
export function MachinePage({ name }: { readonly name: string }) {
	const path = `machines/${segment(name)}`;
	const { value: why, problem } = useLive<WhyReport>(`${path}/why`);
	const { value: outputs } = useLive<readonly OutputRow[]>(`${path}/logs`);
	const { value: history } = useLive<{ readonly lines: readonly AuditLine[] }>(
		`audit?machine=${segment(name)}&limit=200`,
	);
	if (!why)
		return (
			<>
				<h1>{name}</h1>
				<p role="status">{problem ?? "Asking the daemon ..."}</p>
			</>
		);
	return (
		<>
			<h1>{why.name}</h1>
			<section class="cards">
				<Facts why={why} />
				{why.policies.map(({ policy, state, sentence, next, advice, ring }) => (
					<article class="card" key={policy}>
						<h2>
							<a href={`#/rollouts/${segment(policy)}`}>{policy}</a>{" "}
							{ring && <span class="text-light">ring {ring}</span>}
						</h2>
						<p>
							<State state={state} />: {sentence}
						</p>
						{next && <p>Next: {next}</p>}
						{advice && <p class="text-light">{advice}</p>}
					</article>
				))}
			</section>
			<div class="card hstack">
				<Act label="Retry" path={`${path}/retry`} body={{}} question={`Try ${name} again now?`} />
				{why.trust !== "approved" && <a href="#/inbox">Compare its fingerprint and approve it</a>}
				{why.excluded ? (
					<Act label="Include" path={`${path}/include`} body={{}} question={`Let ${name} take part again?`} />
				) : (
					<Act label="Exclude" path={`${path}/exclude`} question={`Take ${name} out of every rollout?`} />
				)}
			</div>
			{outputs && outputs.length > 0 && <Outputs outputs={outputs.toReversed()} />}
			{history && <AuditTable caption="History" lines={history.lines.toReversed()} isOfOneMachine />}
		</>
	);
}

function Facts({ why }: { readonly why: WhyReport }) {
	const { facts } = why;
	const rows: readonly (readonly [string, string])[] = [
		["Address", `${why.address}:${why.port}`],
		["Trust", why.trust],
		["Presence", why.presence],
		["Host keys", why.host_keys.join(", ") || "none is pinned"],
		["Groups", why.groups.join(", ") || "none"],
		[
			"Labels",
			Object.entries(why.labels)
				.map(([key, value]) => `${key}=${value}`)
				.join(", ") || "none",
		],
		...(facts
			? ([
					["System", `${facts.distribution ?? facts.os} ${facts.os_version}, ${facts.arch}`],
					["Disk free", bytes(facts.disk_free_bytes)],
					["Memory", bytes(facts.memory_bytes)],
					["Reboot needed", facts.is_reboot_needed ? "yes" : "no"],
					["Facts read", timeText(facts.at)],
				] as const)
			: [["System", "not read yet"] as const]),
	];
	return (
		<article class="card">
			<h2>Facts</h2>
			<dl>
				{rows.map(([word, value]) => (
					<>
						<dt>{word}</dt>
						<dd>{value}</dd>
					</>
				))}
			</dl>
		</article>
	);
}

function Outputs({ outputs }: { readonly outputs: readonly OutputRow[] }) {
	const [shown, setShown] = useState(0);
	const output = outputs[Math.min(shown, outputs.length - 1)];
	const place = useRef<HTMLTextAreaElement>(null);
	// Why something failed is in its last lines.
	useLayoutEffect(() => place.current?.scrollTo(0, place.current.scrollHeight), [output?.at, output?.total_bytes]);
	if (!output) return null;
	const { head, tail, total_bytes: totalBytes, kind, at, attempt } = output;
	const isCut = totalBytes > new Blob([head, tail]).size;
	return (
		<section class="card">
			<h2>
				Output of {kind}, attempt {attempt}, {timeText(at)}
			</h2>
			<textarea
				class="output"
				readOnly
				ref={place}
				rows={Math.min(16, Math.max(5, (head + tail).split("\n").length))}
				aria-label="Output"
				value={isCut ? `${head}\n[... ${bytes(totalBytes)} in all ...]\n${tail}` : head + tail}
			/>
			{outputs.length > 1 && (
				<div class="hstack mt-4">
					<button
						type="button"
						class="outline"
						disabled={shown >= outputs.length - 1}
						onClick={() => setShown(shown + 1)}
					>
						Older
					</button>
					<button type="button" class="outline" disabled={shown === 0} onClick={() => setShown(shown - 1)}>
						Newer
					</button>
					<span class="text-light">
						{shown + 1} of {count(outputs.length)}
					</span>
				</div>
			)}
		</section>
	);
}
