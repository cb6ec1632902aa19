import { pino } from "pino";
import { ApiServer } from "../console/api.ts";
import { describeProblem } from "../policy/document.ts";
import { readSettings } from "./configuration.ts";
import { Controls } from "./controls.ts";
import { Daemon } from "./daemon.ts";
import { notifySystemd } from "./notify-systemd.ts";

/** Runs the daemon until SIGTERM or SIGINT; answers the exit code. SIGHUP reads policies and inventory again. */
export async function serve({ config }: { readonly config: string }): Promise<number> {
	const read = await readSettings(config);
	if ("problems" in read) {
		for (const problem of read.problems) process.stderr.write(`${describeProblem(problem)}\n`);
		return 2;
	}
	const { settings } = read;
	const log = pino({ base: null });
	const onStatus = (sentence: string) => void notifySystemd(`--status=${sentence}`);
	const daemon = await Daemon.open({ settings, log, now: Date.now, onStatus });
	const api = new ApiServer({ cockpit: new Controls(daemon, Date.now), socketPath: settings.socketPath, log });
	process.on("SIGHUP", () => void reload(daemon));
	const stopped = new Promise<void>((resolve) => {
		for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
	});
	await daemon.start();
	await api.start();
	log.info({ socket: settings.socketPath }, "ready");
	await notifySystemd("--ready");
	await stopped;
	log.info("stopping: nothing new starts, steps in flight may end");
	await notifySystemd("--stopping", "--status=draining");
	await api.stop();
	await daemon.stop();
	return 0;
}

async function reload(daemon: Daemon): Promise<void> {
	await notifySystemd("--reloading");
	await daemon.reload();
	await notifySystemd("--ready");
}
