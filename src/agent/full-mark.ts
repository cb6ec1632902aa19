import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Of ENOSPC(3) and its sister for quotas: errors that room mends. */
const LACKS_ROOM: ReadonlySet<unknown> = new Set(["ENOSPC", "EDQUOT"]);

export interface FullMarkOptions {
	/** Of the package. */
	readonly folder: string;
	/** The mark, which takes no block, cannot be changed either. */
	readonly onUnmarked: (error: Error) => void;
}

/** Knows of a piece that the disk refuses until one is kept again; where it is for want of room an empty file `full` lies beside the package as long. */
export class FullMark {
	readonly #options: FullMarkOptions;
	#heldBytes: number | null = null;

	constructor(options: FullMarkOptions) {
		this.#options = options;
	}

	get isRefusing(): boolean {
		return this.#heldBytes !== null;
	}

	refused(error: NodeJS.ErrnoException, heldBytes: number): void {
		this.#heldBytes = heldBytes;
		if (LACKS_ROOM.has(error.code)) void writeFile(this.#path, "").catch(this.#options.onUnmarked);
	}

	held(bytes: number): void {
		if (this.#heldBytes === null || bytes <= this.#heldBytes) return;
		this.#heldBytes = null;
		void rm(this.#path, { force: true }).catch(this.#options.onUnmarked);
	}

	get #path(): string {
		return join(this.#options.folder, "full");
	}
}
