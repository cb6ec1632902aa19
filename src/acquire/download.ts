import { stat } from "node:fs/promises";
import type { Outcome } from "../model/event.ts";
import type { Failure } from "../model/failure.ts";
import { copyFile } from "./copy-file.ts";
import { digestFile } from "./digest-file.ts";
import { type Failed, failed } from "./failed.ts";
import { fetchHttp } from "./fetch-http.ts";
import type { Job, SourceResult } from "./job.ts";
import { sourceName } from "./source-name.ts";

export type Acquired = Extract<Outcome, { kind: "acquired" }>;

type Verified = { readonly kind: "kept"; readonly sizeBytes: number } | (Failed & { readonly isPieced: boolean });

/** Tries each source in turn until one gives the file that the digest names. Never throws on what a network or a disk can do. */
export async function download(job: Job, sources: readonly string[]): Promise<Acquired | Failed> {
	try {
		return await fromFirstGood(job, sources);
	} catch (error) {
		if (job.signal.aborted) return stopped(job.sha256);
		if (!isFileSystemError(error)) throw error;
		// What came so far stays where it is: the download goes on when there is room.
		return failed("FS-ACQUIRE-DISK", `${job.store.folder}: ${error.message}`);
	}
}

async function fromFirstGood(job: Job, sources: readonly string[]): Promise<Acquired | Failed> {
	const { store, sha256 } = job;
	if (await store.has(sha256))
		return { kind: "acquired", sizeBytes: await store.sizeBytes(sha256), originBytes: 0, source: "store" };
	const failures: Failure[] = [];
	for (const source of sources) {
		const result = await fromSource(job, source);
		if (job.signal.aborted && result.kind === "failed") return stopped(job.sha256);
		if (result.kind === "kept") return acquired(job, source, result.sizeBytes);
		failures.push(result.failure);
		// No mirror helps against a full disk.
		if (result.failure.code === "FS-ACQUIRE-DISK") break;
	}
	return summary(failures);
}

/** A wrong digest of a file that was pieced together says nothing of this source: it is asked once more, from byte 0. */
async function fromSource(job: Job, source: string): Promise<Verified> {
	const first = await fetchAndVerify(job, source);
	return first.kind === "failed" && first.isPieced && !job.signal.aborted ? fetchAndVerify(job, source) : first;
}

async function fetchAndVerify(job: Job, source: string): Promise<Verified> {
	const result = await fetchFrom(job, source);
	if (result.kind === "failed") return { ...result, isPieced: false };
	const { store, sha256 } = job;
	const partial = store.partialPath(sha256);
	const saw = await digestFile(partial, job.signal);
	if (saw !== sha256) {
		const kept = await store.quarantine(sha256, saw);
		const detail = `${sourceName(source)}: expected sha256 ${sha256}, saw ${saw}; the file is at ${kept}`;
		return { ...failed("FS-ACQUIRE-DIGEST", detail), isPieced: result.kind === "pieced" };
	}
	const { size } = await stat(partial);
	await store.keep(sha256);
	return { kind: "kept", sizeBytes: size };
}

async function fetchFrom(job: Job, source: string): Promise<SourceResult> {
	switch (URL.parse(source)?.protocol) {
		case "http:":
		case "https:":
			return fetchHttp(job, source);
		case "file:":
			return copyFile(job, source);
		default:
			return failed("FS-ACQUIRE-FILE", `${sourceName(source)} is not an http, https or file URL`);
	}
}

function acquired({ meter }: Job, source: string, sizeBytes: number): Acquired {
	return { kind: "acquired", sizeBytes, originBytes: meter.originBytes, source: sourceName(source) };
}

/** A full disk stops everything and a wrong file wants a person, so they lead; otherwise the last source tried names the cause. */
function summary(failures: readonly Failure[]): Failed {
	const codes = failures.map((failure) => failure.code);
	const grave = (["FS-ACQUIRE-DISK", "FS-ACQUIRE-DIGEST"] as const).find((code) => codes.includes(code));
	const code = grave ?? codes.at(-1) ?? "FS-ACQUIRE-FILE";
	return failed(code, failures.map(({ detail }) => detail).join("; ") || "the package names no source");
}

/** The answer to a caller that aborted. What came stays in the store for the next call. */
export function stopped(sha256: string): Failed {
	return failed("FS-ACQUIRE-NETWORK", `the download of ${sha256} was stopped; it resumes where it was`);
}

function isFileSystemError(error: unknown): error is NodeJS.ErrnoException {
	return error instanceof Error && "code" in error && "syscall" in error;
}
