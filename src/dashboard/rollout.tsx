import type { RingReport, RolloutReport, StatusReport } from "../console/cockpit.ts";
import { Act } from "./act.tsx";
import { segment } from "./api.ts";
import { Budgets } from "./budgets.tsx";
import { useNow } from "./live.ts";
import { MachineLink, NoPolicy } from "./parts.tsx";
import { PolicyContent } from "./policy-content.tsx";
import { ProgressChart } from "./progress-chart.tsx";
import { RolloutMachines } from "./rollout-machines.tsx";
import { RolloutTime } from "./rollout-time.tsx";
import { count, left, machineCount, timeText } from "./words.ts";

/** Every policy with how far it is. */
export function RolloutsPage({ status }: { readonly status: StatusReport }) {
	return (
		<>
			<h1>Rollouts</h1>
			{status.rollouts.length === 0 && <NoPolicy />}
			{status.rollouts.map((rollout) => {
				const { verified, machines, failed } = sumOf(rollout);
				return (
					<section class="card" key={rollout.policy}>
						<h2>
							<a href={`#/rollouts/${segment(rollout.policy)}`}>{rollout.policy}</a>
						</h2>
						<progress
							class="mb-2"
							max={Math.max(1, machines)}
							value={verified}
							aria-label={`${verified} of ${machines} verified`}
						/>
						<p>
							{count(verified)} of {count(machines)} verified, {failed > 0 ? <b>{count(failed)} failed</b> : "0 failed"}
							{rollout.next_run && <span class="text-light">; next run {timeText(rollout.next_run)}</span>}
						</p>
						<Notes rollout={rollout} paused={status.paused} />
					</section>
				);
			})}
		</>
	);
}

export function RolloutPage({ status, name }: { readonly status: StatusReport; readonly name: string }) {
	const rollout = status.rollouts.find(({ policy }) => policy === name);
	if (!rollout) return <h1>No policy is named {name}</h1>;
	return (
		<>
			<h1>{rollout.policy}</h1>
			<Notes rollout={rollout} paused={status.paused} />
			<section class="card">
				<dl>
					<dt>Revision</dt>
					<dd>
						<code>{rollout.revision}</code>
					</dd>
					<dt>Began</dt>
					<dd>{rollout.began_at ? timeText(rollout.began_at) : "not yet"}</dd>
					<dt>Next run</dt>
					<dd>{rollout.next_run ? timeText(rollout.next_run) : "none is scheduled"}</dd>
					<dt>Missed runs</dt>
					<dd>{rollout.missed_runs.map(timeText).join(", ") || "none"}</dd>
					<Reboots reboots={rollout.reboots} />
					{rollout.rolls_back && (
						<>
							<dt>Undoes</dt>
							<dd>
								revision <code>{rollout.rolls_back}</code>
							</dd>
						</>
					)}
				</dl>
				<Steering rollout={rollout} />
			</section>
			<section class="cards" aria-label="Rings">
				{rollout.rings.map((ring, index) => (
					<Ring
						key={ring.name}
						ring={ring}
						policy={rollout.policy}
						isLast={index === rollout.rings.length - 1}
						at={status.at}
					/>
				))}
			</section>
			<Budgets budgets={rollout.budgets} />
			<RolloutTime rollout={rollout} />
			<ProgressChart rollout={rollout} at={status.at} />
			<RolloutMachines rollout={rollout} />
		</>
	);
}

function Reboots({ reboots: { due, done, failed, under_way } }: Pick<RolloutReport, "reboots">) {
	if (due + done + failed + under_way.length === 0) return null;
	return (
		<>
			<dt>Reboots</dt>
			<dd>
				{count(due)} due, {count(under_way.length)} under way, {count(done)} done, {count(failed)} failed
				{under_way.slice(0, 5).map(({ machine, back_by }) => (
					<span class="text-light" key={machine}>
						; <MachineLink name={machine} /> is to be back by {timeText(back_by)}
					</span>
				))}
			</dd>
		</>
	);
}

/** Over all rings. */
function sumOf({ rings }: RolloutReport): Pick<RingReport, "machines" | "verified" | "failed"> {
	const sum = (key: "machines" | "verified" | "failed") => rings.reduce((all, ring) => all + ring[key], 0);
	return { machines: sum("machines"), verified: sum("verified"), failed: sum("failed") };
}

function Notes({ rollout, paused }: { readonly rollout: RolloutReport; readonly paused: StatusReport["paused"] }) {
	const { held, halted, approval } = rollout;
	const pause = paused ?? rollout.paused;
	return (
		<>
			{pause && (
				<p class="card note">
					Paused by {pause.by} since {timeText(pause.at)}
					{pause.reason && `: ${pause.reason}`}
				</p>
			)}
			{halted && (
				<p class="card note bad">
					Ended by {halted.by} at {timeText(halted.at)}
					{halted.reason && `: ${halted.reason}`}
				</p>
			)}
			{held && !pause && !halted && <p class="card note">{held}</p>}
			{approval && !approval.is_approved && (
				<p class="card note">
					{approval.given.filter(({ counts }) => counts).length} of {approval.required} have approved this revision
					{approval.because && `; ${approval.because}`}
				</p>
			)}
		</>
	);
}

function Steering({ rollout }: { readonly rollout: RolloutReport }) {
	const { policy, paused, approval, revision, id, halted } = rollout;
	const path = `policies/${segment(policy)}`;
	const { failed, machines } = sumOf(rollout);
	const retried = failed > 0 ? `on the ${count(failed)} that failed, and where it waits` : "where it waits";
	return (
		<div class="hstack mt-4">
			{approval && !approval.is_approved && (
				<Act
					label="Approve"
					takes="approver"
					tone="main"
					path={`${path}/approve`}
					body={{ revision }}
					question={`Approve revision ${revision.slice(0, 8)} of ${policy}? It goes to ${machineCount(machines)}.`}
				>
					<PolicyContent policy={policy} revision={revision} />
				</Act>
			)}
			<Act
				label="Run now"
				path={`${path}/run`}
				body={{}}
				question={`Begin a run of ${policy} now, whatever its schedule says?`}
			/>
			{paused ? (
				<Act label="Resume" tone="main" path={`${path}/resume`} body={{}} question={`Let ${policy} go on?`} />
			) : (
				<Act
					label="Pause"
					path={`${path}/pause`}
					question={`Start nothing new of ${policy}? What is in flight ends.`}
				/>
			)}
			{id && (
				<Act
					label="Retry"
					path={`${path}/retry`}
					body={{ only: ["failed", "waiting"] }}
					question={`Try ${policy} again now ${retried} for a machine or for another try?`}
				/>
			)}
			{id && !halted && (
				<Act
					label="Abort"
					tone="danger"
					path={`${path}/abort`}
					question={`End this run of ${policy} before its end? What is in flight ends; nothing new starts.`}
				/>
			)}
			{id && <a href={`/api/v1/audit/report?policy=${segment(policy)}`}>Report of this run</a>}
		</div>
	);
}

interface RingProps {
	readonly ring: RingReport;
	readonly policy: string;
	readonly isLast: boolean;
	/** The daemon's clock. */
	readonly at: string;
}

/** Of the badge; running is what is looked for. */
const RING_VARIANTS = { waiting: "secondary", running: undefined, promoted: "success", ended: "danger" } as const;

function Ring({ ring, policy, isLast, at }: RingProps) {
	const now = useNow(at);
	const { name, state, machines, verified, failed, left_out, unreachable, gate, prestaging } = ring;
	const soak = gate?.until ? left(gate.until, now) : null;
	return (
		<article class="card">
			<h2>
				{name}{" "}
				<span class="badge" data-variant={RING_VARIANTS[state]}>
					{isLast && state === "promoted" ? "done" : state}
				</span>
			</h2>
			<progress
				class="mb-2"
				max={Math.max(1, machines)}
				value={verified}
				aria-label={`${verified} of ${machines} verified in ring ${name}`}
			/>
			<p>
				{count(verified)} of {count(machines)} verified, {count(failed)} failed
				{unreachable > 0 && `, ${count(unreachable)} out of reach`}
				{left_out > 0 && `, ${count(left_out)} left out`}
			</p>
			{gate && (
				<p class="text-light">
					{gate.sentence}
					{soak && (
						<>
							; <b>{soak}</b> left
						</>
					)}
				</p>
			)}
			{prestaging && (
				<p class="text-light">
					{prestaging.holding} of {prestaging.counted} hold the packages; {prestaging.threshold} % must
				</p>
			)}
			{gate?.kind === "promotion_pending" && (
				<div class="hstack mt-4">
					<Act
						label="Promote"
						tone="main"
						path={`policies/${segment(policy)}/promote`}
						body={{ ring: name }}
						question={`Let the ring after ${name} start?`}
					/>
				</div>
			)}
		</article>
	);
}
