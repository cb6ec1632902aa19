import { createHash } from "node:crypto";
import type { AuditLine, AuditVerification, RolloutMachine } from "../cockpit.ts";
import { html, type Markup, Markup as Raw } from "../html.ts";
import type { AuditDesk } from "./audit-desk.ts";
import { progressChart } from "./progress-chart.ts";
import { endsOf, isFailed, type MachineStory, type RolloutStory, StoryTeller } from "./rollout-story.ts";

interface Asked {
	readonly policy: string;
	/** null: the newest of the policy. */
	readonly rollout: string | null;
	/** When it is asked, ms since the epoch. */
	readonly at: number;
	/** Where the machines of a rollout stand now, those too that nothing was done on; null: it is not the policy's current one. */
	readonly standing: (rollout: string) => readonly Standing[] | null;
}

type Standing = Pick<RolloutMachine, "machine" | "state" | "reason">;

/** One rollout as a page that needs nothing else, with the journal's own proof at its end; null: there was no such rollout. */
export async function rolloutPage(desk: AuditDesk, { policy, rollout, at, standing }: Asked): Promise<string | null> {
	const teller = new StoryTeller(policy, rollout);
	for await (const lines of desk.all()) for (const line of lines) teller.read(line);
	const story = teller.told();
	if (!story) return null;
	const touched = new Set(story.machines.map(({ machine }) => machine));
	const standings = standing(story.rollout) ?? [];
	const untouched = standings.filter(({ machine }) => !touched.has(machine));
	const members = new Set([...touched, ...standings.map(({ machine }) => machine)]);
	const acts = story.acts.filter(({ policy, machine }) => policy !== null || machine === null || members.has(machine));
	return pageOf({ story: { ...story, acts }, untouched, proof: await desk.verify(), at: new Date(at).toISOString() })
		.text;
}

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; --line: #8886; --good: #1a7f37; --bad: #cf222e; }
@media (prefers-color-scheme: dark) { :root { --good: #56d364; --bad: #ff7b72; } }
html { background: Canvas; color: CanvasText; }
body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { margin: 0; } h2 { margin-top: 2rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1rem; } dt { opacity: 0.75; } dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; } th, td { border-bottom: 1px solid var(--line); padding: 0.3rem 0.6rem; text-align: left; vertical-align: top; }
td { overflow-wrap: anywhere; } .figures { display: flex; flex-wrap: wrap; gap: 2rem; padding: 0; list-style: none; }
.figures strong { display: block; font-size: 2rem; line-height: 1.2; } .good { color: var(--good); } .bad { color: var(--bad); }
code { font-size: 0.9em; overflow-wrap: anywhere; } svg { width: 100%; height: auto; }
@media screen { .scroll { overflow-x: auto; } td { min-width: 6rem; } }
@media print { body { margin: 0; max-width: none; } }
`;

/** The page's one style, by its digest, for the header that it is sent with. */
export const ROLLOUT_PAGE_POLICY = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

interface Told {
	readonly story: RolloutStory;
	/** Machines of the rollout that nothing was done on. */
	readonly untouched: readonly Standing[];
	readonly proof: AuditVerification;
	readonly at: string;
}

function pageOf({ story, untouched, proof, at }: Told): Markup {
	const { policy, rollout, revision, beganAt, lastAt, machines } = story;
	const failed = machines.filter(isFailed);
	const ends = endsOf(story);
	const [good, bad] = [ends.filter(({ isVerified }) => isVerified).length, ends.filter((end) => end.isFailed).length];
	const packages = new Map(machines.map((each) => [each.package, each.sha256]));
	return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${policy}: rollout of ${minute(beganAt)}</title><style>${new Raw(STYLE)}</style></head>
<body><main>
<h1>${policy}</h1>
<p>Rollout ${rollout}, from ${minute(beganAt)} to ${minute(lastAt)} UTC. Told from the journal at ${minute(at)} UTC.</p>
<ul class="figures">
<li><strong>${ends.length + untouched.length}</strong>machines</li>
<li><strong class="good">${good}</strong>verified</li>
<li><strong class="${bad > 0 ? "bad" : ""}">${bad}</strong>failed</li>
<li><strong>${ends.length - good - bad}</strong>not done</li>
<li><strong>${untouched.length}</strong>not begun</li>
</ul>
${progressChart(story)}
<h2>What was rolled out</h2>
<dl><dt>Policy revision</dt><dd><code>${revision}</code></dd>
${[...packages].map(([name, sha256]) => html`<dt>${name}</dt><dd><code>sha256:${sha256}</code></dd>`)}
<dt>Approved by</dt><dd>${story.approvals.map(({ who, at: when }) => `${who}, ${minute(when)}`).join("; ") || "nobody: the policy asks for no approval"}</dd></dl>
${failed.length > 0 ? html`<h2>What failed</h2>${machineTable("What failed", failed)}` : ""}
<h2>What happened</h2>
${tableOf("What happened", { head: ["when (UTC)", "who", "what", "on", "detail"], rows: story.acts.map(actRow) })}
<h2>Machines</h2>
${machineTable("Machines", machines)}
${untouched.length > 0 ? html`<h2>Machines that nothing was done on</h2>${untouchedTable(untouched)}` : ""}
<h2>Proof</h2>
${proofOf(story, proof)}
</main></body></html>
`;
}

function untouchedTable(rows: readonly Standing[]): Markup {
	const row = ({ machine, state, reason }: Standing) =>
		html`<tr><th scope="row">${machine}</th><td>${state.replaceAll("_", " ")}</td><td>${reason ?? ""}</td></tr>`;
	return tableOf("Machines that nothing was done on", { head: ["machine", "state", "why"], rows: rows.map(row) });
}

function actRow({ at, who, act, machine, rollout, policy, detail }: AuditLine): Markup {
	return html`<tr><td>${minute(at)}</td><td>${who}</td><td>${act.replaceAll("_", " ")}</td><td>${machine ?? rollout ?? policy ?? "everything"}</td><td>${detail}</td></tr>`;
}

function machineTable(label: string, machines: readonly MachineStory[]): Markup {
	const head = ["machine", "package", "outcome", "attempts", "exit code", "before", "after", "last (UTC)", "detail"];
	const rows = machines.map(
		(each) =>
			html`<tr><th scope="row">${each.machine}</th><td>${each.package}</td><td class="${each.outcome === "verified" ? "good" : ""}">${each.outcome}</td><td>${each.attempts}</td><td>${each.exitCode ?? ""}</td><td>${each.before ?? ""}</td><td>${each.after ?? ""}</td><td>${minute(each.at)}</td><td>${each.detail}</td></tr>`,
	);
	return tableOf(label, { head, rows });
}

/** Scrolled sideways where it does not fit: by keys, too, for which it is a stop of its own. */
function tableOf(label: string, { head, rows }: { head: readonly string[]; rows: readonly Markup[] }): Markup {
	const columns = head.map((each) => html`<th scope="col">${each}</th>`);
	return html`<section class="scroll" tabindex="0" aria-label="${label}"><table><thead><tr>${columns}</tr></thead><tbody>
${rows}
</tbody></table></section>`;
}

function proofOf({ lines }: RolloutStory, { is_intact, lines: count, head, breaks }: AuditVerification): Markup {
	const verdict = is_intact
		? html`<p><span class="good">All ${count} lines of the journal are what was written.</span></p>`
		: html`<p><span class="bad">${breaks.length} lines of the journal are not what was written</span>, the first being line ${breaks[0]?.seq ?? 0}: ${breaks[0]?.what ?? ""}.</p>`;
	return html`${verdict}<dl><dt>This rollout</dt><dd>lines ${lines.first} to ${lines.last}, <code>${lines.hash}</code></dd><dt>The journal</dt><dd>up to line ${head.seq}, <code>${head.hash}</code></dd></dl>
<p>To compare later: <code>fleetseed audit verify --head ${head.seq}:${head.hash}</code></p>`;
}

/** "2026-11-23 10:00" */
function minute(at: string): string {
	return at.slice(0, 16).replace("T", " ");
}
