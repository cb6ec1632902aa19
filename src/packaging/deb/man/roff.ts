/** Text as man(7) wants it: what begins a line cannot be taken for a request, and a hyphen that is typed stays one. */
export function roff(text: string): string {
	return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("'", "\\(aq").replace(/^\./gm, "\\&.");
}

/** `words` in bold; backticks in a text become bold as well. */
export function bold(text: string): string {
	return `\\fB${roff(text)}\\fR`;
}

/** A sentence, ended as one, and what holds where nothing is said. */
export function withDefault(text: string, preset: unknown): string {
	const sentence = text === "" || /[.:)]$/.test(text) ? text : `${text}.`;
	return preset === undefined ? sentence : `${sentence} Default: ${String(preset)}.`;
}

export function prose(text: string): string {
	return text
		.split("`")
		.map((part, index) => (index % 2 === 1 ? bold(part) : roff(part)))
		.join("");
}

export interface Page {
	readonly name: string;
	readonly section: 1 | 5;
	readonly oneLine: string;
	readonly version: string;
	/** Seconds since the epoch. */
	readonly epoch: number;
	/** By heading: what stands below it, in man(7). */
	readonly sections: Readonly<Record<string, string>>;
}

export function renderPage({ name, section, oneLine, version, epoch, sections }: Page): string {
	const date = new Date(epoch * 1000).toISOString().slice(0, 10);
	const parts = Object.entries({ NAME: `${roff(name)} \\- ${roff(oneLine)}`, ...sections });
	const body = parts.map(([heading, text]) => `.SH "${heading}"\n${text.trim()}\n`);
	return `.TH "${name.toUpperCase()}" "${section}" "${date}" "fleetseed ${version}" "fleetseed"\n${body.join("")}`;
}

/** A paragraph with a term hanging before it. */
export function item(term: string, text: string): string {
	return `.TP\n${term}\n${text}\n`;
}
