const written = new WeakMap<object, Buffer>();

/**
 * Answers are checked by tests, not again for each of five thousand machines; one that is given to many is written once, as the
 * bytes that are sent. Fastify takes those as they are, though its types speak of text.
 */
export function jsonAnswer(answer: unknown): string {
	if (typeof answer !== "object" || answer === null) return JSON.stringify(answer);
	const bytes = written.get(answer) ?? Buffer.from(JSON.stringify(answer));
	written.set(answer, bytes);
	return bytes as unknown as string;
}
