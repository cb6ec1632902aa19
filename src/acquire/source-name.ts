/** The source as it may be shown and journalled: without the user and password that a URL can carry. */
export function sourceName(source: string): string {
	const url = URL.parse(source);
	if (!url) return source;
	url.username = "";
	url.password = "";
	return url.href;
}
