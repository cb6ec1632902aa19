#!/usr/bin/env node
import { run } from "../console/cli.ts";

// Only these need the other rooms: the commands that talk to a running daemon start without loading them.
process.exitCode = await run(process.argv, {
	serve: async (options) => (await import("./serve.ts")).serve(options),
	init: async (options) => (await import("./init.ts")).init(options),
	doctor: async (options) => (await import("./doctor/doctor.ts")).doctor(options),
	backup: async (options) => (await import("./backup.ts")).backup(options),
	checkInstalled: async (options) => (await import("./check-installed.ts")).checkInstalled(options),
});
