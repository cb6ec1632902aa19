import type { PackageShape, Shape } from "../model/traffic.ts";

/** What the daemon last said of limits and of who still waits for what; changed at any time. */
export class Shaping {
	#packages = new Map<string, PackageShape>();

	replace({ packages }: Shape): void {
		this.#packages = new Map(packages.map((shape) => [shape.sha256, shape]));
	}

	/** In the words of our tracker's answer. */
	limitsOf(sha256: string): { readonly up?: number; readonly down?: number } {
		const { up = null, down = null } = this.#packages.get(sha256) ?? {};
		return { ...(up === null ? {} : { up }), ...(down === null ? {} : { down }) };
	}

	/** Whether all that were to have the package have it. */
	isDone(sha256: string, isComplete: (machine: string) => boolean): boolean {
		return this.#packages.get(sha256)?.awaitedBy?.every(isComplete) ?? false;
	}

	/** Whether some go on seeding for machines that may come back. */
	hasLatecomers(sha256: string): boolean {
		return this.#packages.get(sha256)?.hasLatecomers ?? false;
	}
}
