const MAX_LABELS = 16;
const KEY = /^[a-z0-9_.-]{1,32}$/;
const VALUE = /^[\x20-\x7e]{0,64}$/;
const PREFIX = "label.";

/**
 * Labels from a TXT record's strings: `label.KEY=VALUE`. All else is ignored, groups above all: those are the administrator's to
 * assign, never the network's to claim. `__proto__` fits the character set, and is no key to hand to anyone.
 */
export function readLabels(strings: unknown): Readonly<Record<string, string>> {
	const labels = new Map<string, string>();
	for (const entry of Array.isArray(strings) ? strings : [strings]) {
		const text = Buffer.isBuffer(entry) ? entry.toString("latin1") : "";
		const equals = text.indexOf("=");
		if (!text.startsWith(PREFIX) || equals < 0) continue;
		const key = text.slice(PREFIX.length, equals);
		const value = text.slice(equals + 1);
		// RFC 6763 section 6.4: of a key that is there twice, the first counts.
		if (KEY.test(key) && key !== "__proto__" && VALUE.test(value) && !labels.has(key)) labels.set(key, value);
		if (labels.size === MAX_LABELS) break;
	}
	return Object.fromEntries(labels);
}
