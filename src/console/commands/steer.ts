import { type Command, InvalidArgumentError } from "commander";
import type { RetryScope } from "../../model/event.ts";
import { type Context, JSON_OPTION, misused, order, REASON_OPTION, type SteerOptions, segment } from "./context.ts";

const SCOPES: readonly RetryScope[] = ["failed", "waiting", "not_started"];

/** Commands that hold or release what the daemon does; each is an event with who and why. */
export function addSteerCommands(program: Command, context: Context): void {
	program
		.command("pause")
		.description("start nothing new, of one policy or at all, until `fleetseed resume`; what is in flight ends")
		.argument("[policy]", "default: everything")
		.option(...REASON_OPTION)
		.option(...JSON_OPTION)
		.action((policy: string | undefined, options: SteerOptions) => order(context, pathOf(policy, "pause"), options));
	program
		.command("resume")
		.description("go on after a pause")
		.argument("[policy]", "default: everything")
		.option(...REASON_OPTION)
		.option(...JSON_OPTION)
		.action((policy: string | undefined, options: SteerOptions) => order(context, pathOf(policy, "resume"), options));
	program
		.command("exclude")
		.description("take a machine out of every rollout; what is in flight on it ends")
		.argument("<machine>")
		.option(...REASON_OPTION)
		.option(...JSON_OPTION)
		.action((machine: string, options: SteerOptions) =>
			order(context, `machines/${segment(machine)}/exclude`, options),
		);
	program
		.command("include")
		.description("let an excluded machine take part again")
		.argument("<machine>")
		.option(...REASON_OPTION)
		.option(...JSON_OPTION)
		.action((machine: string, options: SteerOptions) =>
			order(context, `machines/${segment(machine)}/include`, options),
		);
	addRetry(program, context);
}

function pathOf(policy: string | undefined, act: "pause" | "resume"): string {
	return policy === undefined ? act : `policies/${segment(policy)}/${act}`;
}

interface RetryOptions extends SteerOptions {
	readonly package?: string;
	readonly policy?: string;
	readonly only?: readonly RetryScope[];
}

function addRetry(program: Command, context: Context): void {
	program
		.command("retry")
		.description("try again now: a machine, all of a policy's that failed or wait, or a package that was refused")
		.argument("[machine]")
		.option("--package <sha256>", "a package, by its SHA-256")
		.option("--policy <name>", "the machines of a policy's rollout")
		.option(
			"--only <states>",
			"with --policy: failed, waiting, not_started; with the last one an aborted run goes on (default: failed,waiting)",
			scopes,
		)
		.option(...REASON_OPTION)
		.option(...JSON_OPTION)
		.action((machine: string | undefined, options: RetryOptions) => retry(context, machine, options));
}

function scopes(text: string): readonly RetryScope[] {
	const words = text.split(",").map((word) => word.trim());
	const unknown = words.find((word) => !SCOPES.some((scope) => scope === word));
	if (unknown !== undefined) throw new InvalidArgumentError(`expected some of ${SCOPES.join(", ")}, got "${unknown}".`);
	return SCOPES.filter((scope) => words.includes(scope));
}

const RETRY_USAGE =
	"fleetseed retry MACHINE, or fleetseed retry --package SHA256, or fleetseed retry --policy POLICY [--only failed,waiting,not_started]";

async function retry(context: Context, machine: string | undefined, options: RetryOptions): Promise<void> {
	const { package: sha256, policy, only } = options;
	const paths = [
		...(machine === undefined ? [] : [`machines/${segment(machine)}/retry`]),
		...(sha256 === undefined ? [] : [`packages/${segment(sha256.replace(/^sha256:/, ""))}/retry`]),
		...(policy === undefined ? [] : [`policies/${segment(policy)}/retry`]),
	];
	const [path, second] = paths;
	if (path === undefined || second !== undefined)
		return misused(context, "retry: name a machine, a package or a policy", RETRY_USAGE);
	if (policy === undefined && only !== undefined) return misused(context, "retry: --only needs --policy", RETRY_USAGE);
	return order(context, path, options, policy === undefined ? {} : { only: only ?? ["failed", "waiting"] });
}
