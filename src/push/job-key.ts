import { createHash } from "node:crypto";
import type { TaskRef } from "../model/step.ts";

/** The name of an attempt's job on its machine, of [A-Za-z0-9._-]: readable, and other for every rollout, package and attempt. */
export function jobKey({ rollout, package: name, attempt }: TaskRef): string {
	const readable = name.replace(/[^A-Za-z0-9._-]/g, "_").slice(0, 32);
	const hash = createHash("sha256")
		.update(JSON.stringify([rollout, name, attempt]))
		.digest("hex");
	return `install-${readable}-${attempt}-${hash.slice(0, 16)}`;
}
