import { z } from "zod";
import type { ErrorCode } from "../model/error-codes.ts";
import type { Count } from "../model/policy.ts";
import { expects } from "./expectation.ts";
import { isTimeZone } from "./time.ts";
import { zonedTime } from "./zoned-time.ts";

const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const UNIT_BYTES = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const;

/** Text of one form; `expected` is said of anything else. */
export function text(pattern: RegExp, expected: string, code?: ErrorCode) {
	return z.string(expected).regex(pattern, code ? expects(expected, code) : expected);
}

/** The name of a policy, machine, group, ring or window: it occurs in journals, commands and file names. */
export const name = text(
	/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/,
	"a name of letters, digits and . _ - that starts with a letter or digit",
);

/** A glob over machine names: `*` and `?`. */
export const glob = text(/^[A-Za-z0-9._*?-]{1,128}$/, "a name that may hold * and ?");

/** Free text on one or more lines: a command, an argument, a script. */
export const freeText = text(/^(?:\P{Cc}|[\n\t])+$/u, "text without control characters");

/** Absolute or below the home folder; no `..`, no control characters, and more than the root itself. */
export const machinePath = text(
	/^(?!~?\/*$)~?(?:\/(?!\.\.(?:\/|$))[^/\p{Cc}]*)+$/u,
	"a path that starts with / or ~/ and has no .. in it",
);

/** The same, or on a drive of Windows. */
export const anyMachinePath = text(
	/^(?:(?!~?\/*$)~?(?:\/(?!\.\.(?:\/|$))[^/\p{Cc}]*)+|[A-Za-z]:(?:\\(?!\.\.?(?:\\|$))[^\\/:*?"<>|\p{Cc}]+)+)$/u,
	"a path that starts with / or ~/, or with a drive as C:\\, and has no .. in it",
);

/** A path on the controller; a relative one counts from the folder of the file that names it. */
export const controllerPath = text(/^\P{Cc}+$/u, "a path").regex(
	/^(?!credential:)/,
	"a path; what systemd gives the unit is named in `credentials`, as in { ssh-key: { systemd: NAME } }, and then in `identity: ssh-key`",
);

export const checksum = text(/^sha256:[0-9A-Fa-f]{64}$/, "sha256: and 64 hex digits").transform((value) =>
	value.slice("sha256:".length).toLowerCase(),
);

/** A label to look for: `key` or `key=value`. */
export const labelMatch = text(/^[A-Za-z0-9][A-Za-z0-9._/-]*(=\P{Cc}*)?$/u, "key or key=value");

export const port = whole(1, 65_535);

export function whole(least: number, most: number) {
	const expected = `${least}-${most}`;
	return z.int(expected).min(least, expected).max(most, expected);
}

/** `30s 10m 2h 7d`, read as ms. */
export function duration(least: string, most: string) {
	const expected = `a duration from ${least} to ${most}, such as 90s, 30m, 2h or 7d`;
	const isWithin = (ms: number) => ms >= durationMs(least) && ms <= durationMs(most);
	return text(/^\d{1,6}[smhd]$/, expected)
		.transform(durationMs)
		.refine(isWithin, expects(expected, "FS-POLICY-RANGE"));
}

/** "20MiB", read as bytes. */
export const byteSize = text(/^[1-9]\d{0,5}(B|KiB|MiB|GiB|TiB)$/, "a size such as 512KiB, 20MiB or 16GiB").transform(
	(value) => Number.parseInt(value, 10) * UNIT_BYTES[value.replace(/^\d+/, "") as keyof typeof UNIT_BYTES],
);

const UNIT_RATES = { kbit: 125, mbit: 125_000, gbit: 125_000_000, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 } as const;
const RATE = "a rate such as 500kbit, 20mbit or 2MiB (a second), or null for no limit";

/** "20mbit" (bits, in powers of ten, as tc(8) writes them) or "2MiB" (bytes), each in a second; read as bytes per second. */
export const rate = text(/^[1-9]\d{0,5}([kmg]bit|[KMG]iB)$/, RATE).transform(
	(value) => Number.parseInt(value, 10) * UNIT_RATES[value.replace(/^\d+/, "") as keyof typeof UNIT_RATES],
);

const COUNT = expects('a whole number from 1, or a share from "1%" to "100%"', "FS-POLICY-RANGE");

/** `5` or `"10%"`. */
export const count = z
	.union([z.int(COUNT).min(1, COUNT), z.string(COUNT).regex(/^([1-9]\d?|100)%$/, COUNT)], { error: COUNT })
	.transform((value): Count => {
		return typeof value === "number"
			? { kind: "absolute", value }
			: { kind: "percent", value: Number.parseInt(value, 10) };
	});

const MOMENT = "a date and time with an IANA zone, such as 2026-12-01T08:00[Europe/Budapest]";

/** A wall-clock time in a zone (RFC 9557), read as ms since the epoch. */
export const moment = z.string(MOMENT).transform((value, context) => {
	const at = zonedTime(value);
	if (at !== null) return at;
	const zone = /^[^[]*\[([^\]]*)\]$/.exec(value)?.[1];
	const isZoneWrong = zone !== undefined && !isTimeZone(zone);
	context.addIssue({
		code: "custom",
		message: isZoneWrong
			? expects("an IANA time zone in the brackets, such as Europe/Budapest, not an offset", "FS-POLICY-ZONE")
			: expects(MOMENT, "FS-POLICY-TIME"),
	});
	return z.NEVER;
});

function durationMs(value: string): number {
	return Number.parseInt(value, 10) * UNIT_MS[value.slice(-1) as keyof typeof UNIT_MS];
}
