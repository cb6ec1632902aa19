import type { DetectionRule } from "./policy.ts";

/**
 * What our program on a Windows machine is asked: a file of JSON, never words of a command line. Its answers are, byte for byte, those of
 * the shell scripts that do the same elsewhere.
 */
export type ShimRequest =
	| { readonly kind: "facts" }
	| {
			readonly kind: "inspect";
			readonly key: string;
			readonly sha256: string;
			readonly rules: readonly DetectionRule[];
	  }
	| { readonly kind: "start"; readonly key: string; readonly job: ShimJob }
	| { readonly kind: "follow"; readonly key: string; readonly seconds: number }
	| { readonly kind: "staging"; readonly sha256: string; readonly sizeBytes: number }
	| { readonly kind: "stage"; readonly sha256: string; readonly sizeBytes: number }
	| { readonly kind: "boot"; readonly bootId: string; readonly script: string; readonly seconds: number }
	| {
			readonly kind: "reboot";
			readonly bootId: string;
			readonly sparesUsers: boolean;
			readonly message: string;
	  }
	| { readonly kind: "clean"; readonly packages: readonly string[]; readonly jobs: readonly string[] };

/** One run of an installer, detached from whoever started it. */
export interface ShimJob {
	/** Hex. A job that comes later than a newer one, by run and then attempt, is refused. */
	readonly fence: { readonly of: string; readonly run: number; readonly attempt: number } | null;
	/** Digest of what must be staged for it to start; null: nothing. */
	readonly staged: string | null;
	readonly timeoutMs: number;
	/** It is stopped when it has printed more. */
	readonly maxOutputBytes: number | null;
	/** SHA256 SUFFIX COUNT, as many NAME=value words and the program, and its arguments, in which `{file}` and `{log}` are filled. */
	readonly words: readonly string[];
	readonly quoting: Quoting;
	/** Scripts of PowerShell around it; empty: none. */
	readonly hooks: { readonly preInstall: string; readonly postInstall: string; readonly onFailure: string };
	/** Exit codes after which it has not failed. */
	readonly success: readonly number[];
	/** What its hooks are told. */
	readonly about: { readonly name: string; readonly version: string };
}

/**
 * How words become the command line that Windows starts programs with. argv: as CommandLineToArgvW reads them.   msi: NAME=value as msiexec
 * does.   nsis: as argv, but a last /D=folder bare.   installshield: as argv, but /v with the rest in quotes.   cmd: to a batch file, by cmd.exe.
 */
export const QUOTINGS = ["argv", "msi", "nsis", "installshield", "cmd"] as const;
export type Quoting = (typeof QUOTINGS)[number];
