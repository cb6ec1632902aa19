import { levels } from "pino";
import { printable, printableLines } from "../console/printable.ts";
import type { Style } from "../console/style.ts";

/** What pino writes as one line of JSON. */
interface Logged {
	readonly level: number;
	readonly time: number;
	readonly msg?: string;
	readonly err?: { readonly message: string; readonly stack?: string };
	readonly [field: string]: unknown;
}

/** "02:00:07 warn  notices were not taken  sink=ops outcome=later", with the stack of an error beneath it. */
export function readableLog({ level, time, msg = "", err, ...fields }: Logged, style: Style): string {
	const at = new Date(time).toTimeString().slice(0, 8);
	const label = levels.labels[level] ?? String(level);
	const grave = label === "info" ? label.padEnd(5) : style.bad(label.padEnd(5));
	const said = Object.entries(fields).map(([name, value]) => style.faint(`${printable(name)}=${valueText(value)}`));
	const words = [printable(msg), ...(err ? [printable(err.message)] : []), ...said].join("  ");
	const stack = err?.stack ? `${style.faint(printableLines(err.stack).replace(/^/gm, "    "))}\n` : "";
	return `${style.faint(at)} ${grave} ${words}\n${stack}`;
}

function valueText(value: unknown): string {
	const text = typeof value === "string" ? value : JSON.stringify(value);
	return printable(/[\s"]/.test(text) && typeof value === "string" ? JSON.stringify(text) : text);
}
