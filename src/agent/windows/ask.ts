import { readFile, rm } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { ShimRequest } from "../../model/shim.ts";
import { clean } from "./clean.ts";
import { inspect } from "./inspect.ts";
import { jobFolder, readState } from "./job-folder.ts";
import { machineFacts } from "./machine-facts.ts";
import { lookAfterBoot, requestReboot } from "./reboot.ts";
import { report } from "./report.ts";
import { stage, staging } from "./staging.ts";
import { startJob } from "./start-job.ts";

const LOOK_MS = 200;

/** Answers one request, which is read from its file and removed. */
export async function answerRequest(file: string): Promise<Buffer> {
	const request = JSON.parse(await readFile(file, "utf8")) as ShimRequest;
	await rm(file, { force: true });
	return Buffer.from(await answer(request));
}

function answer(request: ShimRequest): Promise<string | Buffer> {
	switch (request.kind) {
		case "facts":
			return machineFacts();
		case "inspect":
			return inspect(request);
		case "start":
			return startJob(request.key, request.job);
		case "follow":
			return follow(jobFolder(request.key), request.seconds);
		case "staging":
			return staging(request.sha256, request.sizeBytes);
		case "stage":
			return stage(request.sha256, request.sizeBytes);
		case "boot":
			return lookAfterBoot(request);
		case "reboot":
			return requestReboot(request);
		case "clean":
			return clean(request);
	}
}

/** Waits until the job has ended, or for a number of seconds. */
async function follow(folder: string, seconds: number): Promise<Buffer> {
	const until = performance.now() + seconds * 1000;
	while ((await readState(folder)).kind === "running" && performance.now() < until) await delay(LOOK_MS);
	return report(folder);
}
