import type { PackageRow, PackagePage as Page } from "../console/cockpit.ts";
import { Act } from "./act.tsx";
import { segment } from "./api.ts";
import { useLive } from "./live.ts";
import { MachineLink, PolicyLink } from "./parts.tsx";
import { Table } from "./table.tsx";
import { bytes, count, machineCount, timeText } from "./words.ts";

const SHOWN = 500;

/** Of the store, where machines and policies are "held" in another sense. */
const STORE_WORDS: Readonly<Record<PackageRow["state"], string>> = {
	held: "in the store",
	awaited: "not downloaded yet",
	retrying: "download is tried again",
	refused: "refused",
};

export function packagePlace(sha256: string): string {
	return `#/packages/${segment(sha256)}`;
}

/** What the store holds, and what policies want there. */
export function LibraryPage() {
	const { value, problem } = useLive<readonly PackageRow[]>("packages");
	return (
		<>
			<h1>Packages</h1>
			{!value && <p role="status">{problem ?? "Asking the daemon ..."}</p>}
			{value?.length === 0 && <p>No policy names a package, and the store is empty.</p>}
			{value && value.length > 0 && (
				<Table
					caption="In the store, and in policies"
					columns={[
						"package",
						"state",
						"size",
						"SHA-256",
						"policies",
						"machines holding it",
						"machines with it installed",
					]}
					numbers={["size", "machines holding it", "machines with it installed"]}
				>
					{value.map((row) => (
						<tr key={row.sha256}>
							<th scope="row">
								<a href={packagePlace(row.sha256)}>{row.names.join(", ") || "in no policy"}</a>
							</th>
							<td class="text">
								{STORE_WORDS[row.state]}
								{row.failure && `: ${row.failure.detail} (${row.failure.code})`}
							</td>
							<td class="number">{row.size_bytes !== null && bytes(row.size_bytes)}</td>
							<td>
								<code title={row.sha256}>{row.sha256.slice(0, 16)}…</code>
							</td>
							<td>
								<Policies names={row.policies} />
							</td>
							<td class="number">{count(row.holding.machines)}</td>
							<td class="number">{count(row.installed.machines)}</td>
						</tr>
					))}
				</Table>
			)}
		</>
	);
}

function Policies({ names }: { readonly names: readonly string[] }) {
	return (
		<>
			{names.map((name) => (
				<span key={name}>
					<PolicyLink name={name} />{" "}
				</span>
			))}
		</>
	);
}

export function PackagePage({ sha256 }: { readonly sha256: string }) {
	const { value, problem } = useLive<Page>(`packages/${segment(sha256)}`);
	if (!value)
		return (
			<>
				<h1>A package</h1>
				<p>
					<code>{sha256}</code>
				</p>
				<p role="status">{problem ?? "Asking the daemon ..."}</p>
			</>
		);
	const { names, state, source, size_bytes, origin_bytes, controller_uplink_bytes, failure, policies } = value;
	return (
		<>
			<h1>{names.join(", ") || "A package in no policy"}</h1>
			<section class="card">
				<dl>
					<dt>State</dt>
					<dd>
						{STORE_WORDS[state]}
						{failure && `: ${failure.detail} (${failure.code}, ${timeText(failure.at)})`}
					</dd>
					<dt>SHA-256</dt>
					<dd>
						<code>{value.sha256}</code>
					</dd>
					<dt>Size</dt>
					<dd>{size_bytes === null ? "not known yet" : bytes(size_bytes)}</dd>
					<dt>Downloaded from</dt>
					<dd>
						{source ?? "no policy says"}
						{origin_bytes !== null && `, ${bytes(origin_bytes)} in all`}
					</dd>
					<dt>Sent by the controller</dt>
					<dd>{bytes(controller_uplink_bytes)}</dd>
					<dt>Policies</dt>
					<dd>
						<Policies names={policies} />
					</dd>
				</dl>
				{failure && (
					<div class="hstack mt-4">
						<Act
							label="Download again"
							path={`packages/${segment(value.sha256)}/retry`}
							body={{}}
							question="Download it again now?"
						/>
					</div>
				)}
			</section>
			<Machines page={value} />
		</>
	);
}

function Machines({ page: { machines, installed, holding } }: { readonly page: Page }) {
	const shown = machines.slice(0, SHOWN);
	const rest = machines.length > shown.length ? `: the first ${shown.length} of ${count(machines.length)}` : "";
	return (
		<Table
			caption={`Installed on ${machineCount(installed.machines)}, held by ${count(holding.machines)} more${rest}`}
			columns={["machine", "policy", "package is", "since", "attempt"]}
			numbers={["attempt"]}
		>
			{shown.map(({ machine, policy, phase, since, attempt }) => (
				<tr key={`${machine} ${policy}`}>
					<th scope="row">
						<MachineLink name={machine} />
					</th>
					<td>
						<Policies names={[policy]} />
					</td>
					<td>{phase}</td>
					<td class="whole">{timeText(since)}</td>
					<td class="number">{attempt}</td>
				</tr>
			))}
		</Table>
	);
}
