import { printableLines } from "./printable.ts";

/** Text that is HTML already. */
export class Markup {
	readonly text: string;

	constructor(text: string) {
		this.text = text;
	}
}

type Part = string | number | Markup | readonly Markup[];

/** HTML with every value escaped and nothing invisible in it, in text and in quoted attributes, unless it is markup made by this very function. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
	return new Markup(texts.reduce((made, text, index) => made + textOf(parts[index - 1] ?? "") + text));
}

function textOf(part: Part): string {
	if (part instanceof Markup) return part.text;
	if (typeof part === "object") return part.map(({ text }) => text).join("");
	return escaped(String(part));
}

const ENTITIES: Readonly<Record<string, string>> = {
	"&": "&amp;",
	"<": "&lt;",
	">": "&gt;",
	'"': "&quot;",
	"'": "&#39;",
};

function escaped(text: string): string {
	return printableLines(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}
