import { createHash } from "node:crypto";
import type { TaskRef } from "../model/step.ts";
import type { Fence } from "./job.ts";

/** The name of an attempt's job on its machine, of [A-Za-z0-9._-]: readable, and other for every rollout, package and attempt. */
export function jobKey({ rollout, package: name, attempt }: TaskRef): string {
	const readable = name.replace(/[^A-Za-z0-9._-]/g, "_").slice(0, 32);
	return `install-${readable}-${attempt}-${hashOf(rollout, name, attempt)}`;
}

/** Orders the jobs of one package of one policy: by the time that its run was due, then by attempt. */
export function fenceOf({ rollout, package: name, attempt }: TaskRef): Fence {
	const policy = rollout.slice(0, rollout.lastIndexOf("@"));
	const run = Date.parse(rollout.slice(rollout.lastIndexOf("/") + 1));
	return { of: hashOf(policy, name), run: Math.floor(run / 1000), attempt };
}

function hashOf(...parts: readonly (string | number)[]): string {
	return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}
