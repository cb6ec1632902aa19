import { setTimeout as delay } from "node:timers/promises";
import type { Dispatcher } from "undici";
import { ask } from "./ask.ts";
import { failed } from "./failed.ts";
import { lackOfSpace } from "./free-space.ts";
import type { Job, SourceResult } from "./job.ts";
import { discardPartial, openPartial, readPartial } from "./partial-file.ts";
import { type Answer, readAnswer, resumeHeaders } from "./read-answer.ts";
import { receiveBody } from "./receive-body.ts";
import { sourceName } from "./source-name.ts";
import { SpeedFloor } from "./speed-floor.ts";

const MAX_TRIES = 30;
const MAX_IDLE_TRIES = 3;
const FIRST_PAUSE_MS = 200;

type TryResult = SourceResult | { readonly kind: "cut"; readonly detail: string } | { readonly kind: "restart" };

/** Brings the partial file to its whole size from one http(s) source, resuming after cuts as long as tries bring something. */
export async function fetchHttp(job: Job, source: string): Promise<SourceResult> {
	let idleTries = 0;
	let detail = "";
	for (let tries = 0; tries < MAX_TRIES && idleTries < MAX_IDLE_TRIES && !job.signal.aborted; tries += 1) {
		const before = job.meter.originBytes;
		const result = await tryOnce(job, source);
		if (result.kind === "restart") await discardPartial(job);
		else if (result.kind === "cut") {
			detail = result.detail;
			idleTries = job.meter.originBytes > before ? 0 : idleTries + 1;
			await pause(FIRST_PAUSE_MS * idleTries, job.signal);
		} else return result;
	}
	return failed("FS-ACQUIRE-NETWORK", `${sourceName(source)}: ${detail}`);
}

/** One request, under the eye of the speed floor. */
async function tryOnce(job: Job, source: string): Promise<TryResult> {
	const floor = new SpeedFloor(job.limits);
	floor.start();
	try {
		const result = await request(job, source, floor);
		const isTooSlow = result.kind === "cut" && floor.signal.aborted && !job.signal.aborted;
		return isTooSlow ? failed("FS-ACQUIRE-SLOW", slowness(job, source)) : result;
	} finally {
		floor.stop();
	}
}

async function request(job: Job, source: string, floor: SpeedFloor): Promise<TryResult> {
	const partial = await readPartial(job);
	if (partial.lengthBytes > 0 && partial.lengthBytes === partial.provenance?.sizeBytes) return { kind: "pieced" };
	const name = sourceName(source);
	const headers = resumeHeaders(name, partial);
	const signal = AbortSignal.any([job.signal, floor.signal]);
	const asking = await ask(job, { url: new URL(source), headers, signal });
	if (asking.kind === "cut") return asking;
	if (asking.kind === "refused") return failed("FS-ACQUIRE-HTTP", `${name} ${asking.detail}`);
	const { statusCode, headers: answered, body } = asking.response;
	try {
		const answer = readAnswer(statusCode, answered, {
			source: name,
			offset: headers.range ? partial.lengthBytes : 0,
			partial,
		});
		if (answer.kind === "complete") return { kind: "pieced" };
		return answer.kind === "body" ? await receive(job, { name, answer, body, floor }) : answer;
	} finally {
		body.destroy();
	}
}

interface Receiving {
	readonly name: string;
	readonly answer: Extract<Answer, { kind: "body" }>;
	readonly body: Dispatcher.ResponseData["body"];
	readonly floor: SpeedFloor;
}

async function receive(job: Job, { name, answer, body, floor }: Receiving): Promise<TryResult> {
	const { offset, sizeBytes, validator } = answer;
	const { maxPackageBytes } = job.store;
	if (sizeBytes !== null && sizeBytes > maxPackageBytes)
		return failed("FS-ACQUIRE-SIZE", `${name} declares ${sizeBytes} bytes; at most ${maxPackageBytes} are accepted`);
	const lack = sizeBytes === null ? null : await lackOfSpace(job, sizeBytes - offset);
	if (lack) return { kind: "failed", failure: lack };
	const file = await openPartial(job, offset, { source: name, validator, sizeBytes });
	const end = await receiveBody(job, { body, file, offset, sizeBytes, floor }).finally(() => file.close());
	if (end.kind === "cut") return end;
	if (end.kind === "ended") return { kind: offset === 0 ? "whole" : "pieced" };
	await discardPartial(job);
	return failed("FS-ACQUIRE-SIZE", `${name} sent more than ${sizeBytes ?? maxPackageBytes} bytes and was stopped`);
}

function slowness({ limits }: Job, source: string): string {
	const { floorBytesPerSecond, floorWindowMs } = limits;
	return `${sourceName(source)} sent less than ${floorBytesPerSecond} bytes a second over ${floorWindowMs / 1000} s`;
}

/** Ends early, without a word, when the signal is aborted: the loop looks at it next. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
	await delay(ms, undefined, { signal }).catch((error: Error) => {
		if (!signal.aborted) throw error;
	});
}
