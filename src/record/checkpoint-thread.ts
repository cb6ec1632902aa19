import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";

const journal = new DatabaseSync(String(workerData));

/** PASSIVE waits for nobody and holds up nobody; what it does not get done is done the next time. */
parentPort?.on("message", () => journal.exec("PRAGMA wal_checkpoint(PASSIVE)"));
