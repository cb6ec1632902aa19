import type { Command } from "commander";
import { policyReport } from "../answers/policies.ts";
import { EXIT } from "../exit-codes.ts";
import { needlessApproval } from "../judge-approval.ts";
import type { PolicyReport } from "../policy-reports.ts";
import { renderPolicy } from "../render-policy.ts";
import { ask } from "./ask.ts";
import {
	type Context,
	JSON_OPTION,
	misused,
	order,
	REASON_OPTION,
	type SteerOptions,
	segment,
	withClient,
} from "./context.ts";

interface ApproveOptions extends SteerOptions {
	readonly revision?: string;
	readonly yes?: boolean;
}

/** Commands that move one policy's rollout on, or end it; each is an event with who and why. */
export function addPolicyCommands(program: Command, context: Context): void {
	program
		.command("approve")
		.description("approve the revision of a policy that is in force, having shown what it does and what it changes")
		.argument("<policy>")
		.option("--revision <hex>", "approve only this revision (its 64 digits), without asking")
		.option("--yes", "approve the revision in force, without asking")
		.option(...REASON_OPTION)
		.option(...JSON_OPTION)
		.action((policy: string, options: ApproveOptions) => approve(context, policy, options));
	program
		.command("promote")
		.description("let the ring after this one start, once this one is proven")
		.argument("<policy>")
		.argument("<ring>")
		.option(...REASON_OPTION)
		.option(...JSON_OPTION)
		.action((policy: string, ring: string, options: SteerOptions) =>
			order(context, `policies/${segment(policy)}/promote`, options, { ring }),
		);
	program
		.command("abort")
		.description("end a policy's run before its end; what is in flight ends")
		.argument("<policy>")
		.option(...REASON_OPTION)
		.option(...JSON_OPTION)
		.action((policy: string, options: SteerOptions) => order(context, `policies/${segment(policy)}/abort`, options));
	program
		.command("run")
		.description("begin a run of a policy now, whatever its schedule says, also after an abort")
		.argument("<policy>")
		.option(...REASON_OPTION)
		.option(...JSON_OPTION)
		.action((policy: string, options: SteerOptions) => order(context, `policies/${segment(policy)}/run`, options));
}

/** What was shown is what is approved: a revision that came in between is refused by the daemon. */
async function approve(context: Context, policy: string, options: ApproveOptions): Promise<void> {
	const { terminal, exit } = context;
	const path = `policies/${segment(policy)}`;
	const report = await withClient(context, (client) => client.get(path, policyReport));
	if (report.approval === null) {
		terminal.complain({ code: "FS-API-REQUEST", message: needlessApproval(policy), hint: "" });
		return exit(EXIT.badNews);
	}
	if (!options.json) terminal.print(renderPolicy(report));
	const isSaid = options.yes || options.revision !== undefined;
	if (!isSaid && (options.json || !terminal.isInteractive)) return misused(context, ...unasked(report));
	if (!isSaid && !(await ask("Approve this revision? [y/N] "))) {
		terminal.advise("not approved; nothing is changed");
		return exit(EXIT.badNews);
	}
	await order(context, `${path}/approve`, options, { revision: options.revision ?? report.revision });
}

/** Nobody can be asked: who only wanted to look, through a pager for one, has approved nothing. */
function unasked({ policy, revision }: PolicyReport): readonly [message: string, hint: string] {
	const command = `fleetseed approve ${policy} --revision ${revision}`;
	return [`${policy}: not approved, since nobody can be asked here`, `To approve what is in force now: ${command}`];
}
