import { DatabaseSync } from "node:sqlite";

/**
 * Makes one process the only daemon of a state folder. It is SQLite's own lock on an empty file: the kernel drops it with the
 * process, however that ends, so nothing stale is ever left behind.
 */
export class StateLock {
	readonly #db: DatabaseSync;

	private constructor(db: DatabaseSync) {
		this.#db = db;
	}

	/** null: another process has it. */
	static take(file: string): StateLock | null {
		const db = new DatabaseSync(file);
		try {
			db.exec("BEGIN EXCLUSIVE");
			return new StateLock(db);
		} catch (error) {
			db.close();
			if (error instanceof Error && error.message.includes("locked")) return null;
			throw error;
		}
	}

	release(): void {
		if (this.#db.isOpen) this.#db.close();
	}
}
