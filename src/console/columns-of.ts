/** In terminal columns, rather too many than too few: from Hangul Jamo on a character may take two (UAX #11). */
export function columnsOf(text: string): number {
	return text.replace(/[\u1100-\u{10ffff}]/gu, "xx").length;
}
