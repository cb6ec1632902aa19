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

/** An empty file `full` beside the package, from a piece that the disk has no room for until one is kept again. */
export class FullMark {
	readonly #options: FullMarkOptions;
	#heldBytes: number | null = null;

	constructor(options: FullMarkOptions) {
		this.#options = options;
	}

	get isSet(): boolean {
		return this.#heldBytes !== null;
	}

	refused(error: NodeJS.ErrnoException, heldBytes: number): void {
		if (!LACKS_ROOM.has(error.code)) return;
		this.#heldBytes = heldBytes;
		void writeFile(this.#path, "").catch(this.#options.onUnmarked);
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
