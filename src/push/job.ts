import { createHash } from "node:crypto";
import type { Act } from "../installers/installer.ts";
import { KEPT_BYTES } from "../model/job-contract.ts";
import type { Hooks } from "../model/policy.ts";
import { SHIM } from "./scripts/job.ts";

/** What a machine is told to do, all of it data; see docs/decisions/jobs.md. */
export interface Job {
	readonly timeoutMs: number;
	readonly act: Act;
	/** Absent: none is refused for being late. */
	readonly fence?: Fence;
	/** Hex SHA-256 of what must be staged for it to start. */
	readonly staged?: string;
	/** It is stopped when it has printed more. */
	readonly maxOutputBytes?: number;
	/** Shell scripts of the policy's own. */
	readonly hooks?: Hooks;
	/** Exit codes after which the installer has not failed. */
	readonly success?: readonly number[];
	/** What its hooks are told. */
	readonly about?: { readonly name: string; readonly version: string };
}

/** Jobs of the same fence start in the order of run, then attempt: one that comes later than a newer one is refused. */
export interface Fence {
	/** Hex. */
	readonly of: string;
	/** Seconds since the epoch. */
	readonly run: number;
	readonly attempt: number;
}

const VERSION = 1;

/** What the machine's shell can read: JSON, a line for each value. Throws RangeError on control characters but newline and tab. */
export function jobJson({ timeoutMs, act, fence, staged, maxOutputBytes, hooks, success, about }: Job): string {
	const job = {
		version: VERSION,
		fence: fence?.of ?? "",
		run: fence?.run ?? 0,
		attempt: fence?.attempt ?? 0,
		staged: staged ?? "",
		package: about?.name ?? "",
		package_version: about?.version ?? "",
		seconds: Math.max(1, Math.ceil(timeoutMs / 1000)),
		output_chunks: maxOutputBytes === undefined ? 0 : Math.ceil(maxOutputBytes / KEPT_BYTES),
		program: digestOf(act.program),
		pre_install: hooks?.preInstall ?? "",
		post_install: hooks?.postInstall ?? "",
		on_failure: hooks?.onFailure ?? "",
		success: (success ?? []).join(" "),
		words: act.words,
	};
	for (const text of Object.values(job).flat())
		if (typeof text === "string" && /[^\P{Cc}\n\t]/u.test(text))
			throw new RangeError("a job may not hold control characters");
	return `${JSON.stringify(job, null, "\t")}\n`;
}

/** The words of `start_job` in scripts/job.ts; the job itself follows. */
export function startWords({ act }: Job): readonly string[] {
	return [digestOf(SHIM), SHIM, digestOf(act.program), act.program];
}

function digestOf(text: string): string {
	return createHash("sha256").update(text).digest("hex");
}
