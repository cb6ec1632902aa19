import type { Policy } from "../model/policy.ts";
import { printable } from "./printable.ts";

const UNITS = [
	["d", 86_400_000],
	["h", 3_600_000],
	["m", 60_000],
	["s", 1000],
] as const;

const RATES = [
	["gbit", 125_000_000],
	["mbit", 125_000],
	["MiB", 2 ** 20],
	["KiB", 2 ** 10],
	["kbit", 125],
] as const;

/** Keys whose name in the file is another one. */
const WRITTEN_KEYS: Readonly<Record<string, string>> = { sha256: "checksum", percentage: "target_percentage" };

/** A policy's values by the path of their key in the file, as they would be written there, in order. */
export function writtenLeaves({ revision: _revision, ...policy }: Policy): ReadonlyMap<string, string> {
	const leaves = new Map<string, string>();
	collect(leaves, "", policy);
	return leaves;
}

function collect(leaves: Map<string, string>, path: string, value: unknown): void {
	const leaf = leafOf(path, value);
	if (leaf !== null) {
		leaves.set(path, leaf);
		return;
	}
	if (Array.isArray(value)) {
		for (const item of value) collect(leaves, `${path}[${nameOf(item)}]`, item);
		return;
	}
	for (const [key, inner] of Object.entries(value as object)) {
		if (key === "kind" && path !== "schedule") continue;
		if (key === "members") collect(leaves, path, inner);
		else collect(leaves, path === "" ? writtenKey(key) : `${path}.${writtenKey(key)}`, within(key, inner));
	}
}

/** A duration's unit is in the model's key and in the file's value, and a rate's only in the file's value. */
function within(key: string, value: unknown): unknown {
	if (key.endsWith("Ms") && typeof value === "number") return { durationMs: value };
	if ((key === "up" || key === "down") && typeof value === "number") return { bytesPerSecond: value };
	return (key === "availableAt" || key === "deadline") && typeof value === "number" ? { at: value } : value;
}

/** null: there is more inside. */
function leafOf(path: string, value: unknown): string | null {
	if (typeof value === "string") return printable(value, 200);
	if (typeof value !== "object" || value === null) return String(value);
	if (Array.isArray(value)) return value.some((item) => typeof item === "object") ? null : listed(value);
	if ("durationMs" in value && Object.keys(value).length === 1) return duration(Number(value.durationMs));
	if ("bytesPerSecond" in value) return rate(Number(value.bytesPerSecond));
	if ("at" in value) return new Date(Number(value.at)).toISOString();
	if ("hour" in value && "minute" in value) return `${pad(value.hour)}:${pad(value.minute)}`;
	if ("value" in value && "kind" in value) return `${value.value}${value.kind === "percent" ? "%" : ""}`;
	return path === "schedule" && "kind" in value && value.kind === "now" ? "now" : null;
}

function listed(values: readonly unknown[]): string {
	return `[${values.map((value) => printable(String(value), 200)).join(", ")}]`;
}

/** Named items are told by their names, so that a new one in the middle does not change all that follow. */
function nameOf(item: unknown): string {
	const named = item as { readonly name?: unknown; readonly type?: unknown; readonly path?: unknown };
	const parts = named.name === undefined ? [named.type, named.path] : [named.name];
	return parts.filter((part) => part !== undefined).join(" ");
}

function writtenKey(key: string): string {
	const known = WRITTEN_KEYS[key];
	if (known) return known;
	return key.replace(/Ms$/, "").replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function duration(ms: number): string {
	const unit = UNITS.find(([, size]) => ms > 0 && ms % size === 0);
	return unit ? `${ms / unit[1]}${unit[0]}` : `${ms / 1000}s`;
}

function rate(bytesPerSecond: number): string {
	const [unit, size] = RATES.find(([, size]) => bytesPerSecond % size === 0) ?? ["kbit", 125];
	return `${bytesPerSecond / size}${unit}`;
}

function pad(value: unknown): string {
	return String(value).padStart(2, "0");
}
