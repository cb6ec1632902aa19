/** A colour of the style sheet ("--success") as a canvas takes it: there it is two, of which the page's scheme takes one. */
export function colourOf(name: string): string {
	const probe = document.createElement("i");
	probe.style.color = `var(${name})`;
	document.body.append(probe);
	const { color } = getComputedStyle(probe);
	probe.remove();
	return color;
}
