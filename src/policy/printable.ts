const LONGEST = 80;

/** Text of unknown origin as it may be shown: no control, bidi or other invisible character is raw, and its length has an end. */
export function printable(text: string, longest = LONGEST): string {
	const cut = text.length > longest ? `${text.slice(0, longest)}...` : text;
	return cut.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, escapeCharacter);
}

export function quoted(text: string): string {
	return `"${printable(text).replaceAll('"', '\\"')}"`;
}

function escapeCharacter(character: string): string {
	switch (character) {
		case "\n":
			return "\\n";
		case "\t":
			return "\\t";
		default:
			return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
	}
}
