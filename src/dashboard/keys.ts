/** Alt and an arrow key go back in the browser, Control and Home to the top of the page: those are not ours. */
export function isWithModifier({ altKey, ctrlKey, metaKey }: KeyboardEvent): boolean {
	return altKey || ctrlKey || metaKey;
}
