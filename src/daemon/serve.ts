import { access, constants } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import { AccessRecord } from "../console/api/access-record.ts";
import { ApiServer } from "../console/api/server.ts";
import { Tokens } from "../console/api/tokens.ts";
import { CannotListen } from "../console/cannot-listen.ts";
import { EXIT } from "../console/exit-codes.ts";
import { ERROR_CODES } from "../model/error-codes.ts";
import type { Event } from "../model/event.ts";
import { describeProblem, type Problem } from "../policy/document.ts";
import type { Settings } from "../policy/parse-settings.ts";
import { NewerJournal } from "../record/schema.ts";
import { StateLock } from "../record/state-lock.ts";
import { missingConfiguration } from "./check-installed.ts";
import { checkTls } from "./check-tls.ts";
import { readSettings } from "./configuration.ts";
import { Controls } from "./controls.ts";
import { Daemon } from "./daemon.ts";
import { logTo } from "./log.ts";
import { makeFolder } from "./make-folder.ts";
import { notifySystemd, statusVariable, statusWriter } from "./notify-systemd.ts";
import { Watchdog } from "./watchdog.ts";

/** Runs the daemon until SIGTERM or SIGINT; answers the exit code. SIGHUP reads configuration, policies and inventory again. */
export async function serve({ config }: { readonly config: string }): Promise<number> {
	// What ps and systemctl call us.
	process.title = "fleetseed";
	const read = await readSettings(config);
	if ("problems" in read) {
		return mistaken(read.problems.map(describeProblem), await missingConfiguration(config));
	}
	const { settings } = read;
	const { stateFolder } = settings;
	const { problems } = await checkTls(settings.api, Date.now());
	if (problems.length > 0)
		return mistaken(
			problems.map((each) => `${config}: ${each}`),
			ERROR_CODES["FS-CONFIG"],
		);
	const unusable = await whyUnusable(stateFolder);
	if (unusable !== null) return mistaken([`state: ${stateFolder} ${unusable} (FS-CONFIG)`], ERROR_CODES["FS-CONFIG"]);
	const lock = StateLock.take(join(stateFolder, "daemon.lock"));
	if (lock === null) {
		const why = `${stateFolder}: another daemon is at work here (FS-DAEMON-RUNNING)`;
		return hindered(why, ERROR_CODES["FS-DAEMON-RUNNING"]);
	}
	try {
		return await run(config, settings, logTo(process.stdout, process.env));
	} catch (error) {
		if (!(error instanceof NewerJournal)) throw error;
		return await mistaken([error.message], ERROR_CODES["FS-JOURNAL-NEWER"]);
	} finally {
		lock.release();
	}
}

/** Why the state cannot be kept in the folder, which is made where it is not there; null: it can. */
async function whyUnusable(folder: string): Promise<string | null> {
	const unmade = await makeFolder(folder, 0o700).catch((error: Error) => error);
	if (unmade instanceof Error) return `cannot be made: ${unmade.message}`;
	const { R_OK, W_OK, X_OK } = constants;
	const shut = await access(folder, R_OK | W_OK | X_OK).catch((error: Error) => error);
	return shut instanceof Error ? `cannot be written: ${shut.message}` : null;
}

/** Only a person mends it: the unit does not have us started again after this exit code. */
async function mistaken(problems: readonly string[], advice: string | null): Promise<number> {
	await tell(problems, advice);
	return EXIT.usage;
}

/** It may pass by itself, and the unit has us started again until it has. */
async function hindered(why: string, advice: string): Promise<number> {
	await tell([why], advice);
	return EXIT.badNews;
}

/** What is wrong, and what to do about it, on standard error; the first of it as the service's status, too, which outlives us. */
async function tell(problems: readonly string[], advice: string | null): Promise<void> {
	const lines = [...problems, ...(advice === null ? [] : [advice])];
	process.stderr.write(lines.map((line) => `${line}\n`).join(""));
	const [first = "", ...others] = problems;
	const more = others.length > 0 ? `; and ${others.length} more: fleetseed check` : "";
	await notifySystemd(statusVariable(first + more));
}

async function run(config: string, settings: Settings, log: Logger): Promise<number> {
	const onStatus = statusWriter();
	const onReload = (): Promise<readonly Problem[]> => api.readCertificate();
	const again = { readSettings: () => readSettings(config), onReload };
	const daemon = new Daemon({ settings, ...again, log, now: Date.now, onStatus });
	const watchdog = new Watchdog({ turn: () => daemon.loop.turn() });
	const cockpit = new Controls(daemon, Date.now);
	const keeping = { record: (events: readonly Event[]) => daemon.record(events), now: Date.now };
	const tokens = new Tokens({ table: daemon.journal.tokens, ...keeping });
	const access = new AccessRecord(keeping);
	const onDisk = () => daemon.ledger.onDisk();
	const desks = { cockpit, audit: daemon.audit, tokens, access, metrics: daemon.metrics, onDisk };
	const api: ApiServer = new ApiServer({ desks, socketPath: settings.socketPath, tcp: settings.api, log });
	process.on("SIGHUP", () => {
		daemon.reload("SIGHUP").catch((error: unknown) => log.error({ err: error }, "reload failed"));
	});
	const stopped = new Promise<void>((resolve) => {
		for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
	});
	await notifySystemd("STATUS=reading the journal, starting the swarm");
	await daemon.start();
	const refuse = await api.start().then(() => null, whyUnheard);
	if (refuse !== null) {
		await api.stop();
		await daemon.stop();
		return refuse();
	}
	log.info({ socket: settings.socketPath, url: api.url(), head: daemon.audit.head() }, "ready");
	await notifySystemd("READY=1");
	watchdog.start();
	await stopped;
	log.info("stopping: nothing new starts, steps in flight may end");
	watchdog.stop();
	await notifySystemd(
		"STOPPING=1",
		"STATUS=waits for steps in flight to end; what does not goes on after the next start",
	);
	await api.stop();
	await daemon.stop();
	return EXIT.done;
}

/** How to refuse for what an administrator can mend, such as a port that is taken; anything else is a bug and thrown on. */
function whyUnheard(error: NodeJS.ErrnoException): () => Promise<number> {
	if (error instanceof CannotListen) {
		const { message, code } = error;
		return () => (code === "FS-CONFIG" ? mistaken([message], ERROR_CODES[code]) : hindered(message, ERROR_CODES[code]));
	}
	if (error.syscall !== "listen") throw error;
	const why = `the API cannot listen: ${error.message} (FS-CONFIG)`;
	const advice = "Stop who has it (ss -tlnp), or correct api.listen.";
	// Of the others, a port is set free, and an address comes with its interface, which at boot may be late.
	return () => (error.code === "EACCES" ? mistaken([why], advice) : hindered(why, advice));
}
