/** Text as everybody may see it: without the user and password that a URL in it can carry. */
export function withoutLogin(text: string): string {
	return text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^/?#\s]*@/gi, "$1...@");
}
