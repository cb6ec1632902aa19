/** Whether the name matches a glob of `*` and `?`. Steps back to the last star only: no pattern costs more than their product. */
export function matchesGlob(glob: string, name: string): boolean {
	let [at, seen] = [0, 0];
	let star: { readonly glob: number; readonly name: number } | null = null;
	while (seen < name.length) {
		if (glob[at] === "*") {
			star = { glob: at, name: seen };
			at += 1;
		} else if (glob[at] === "?" || glob[at] === name[seen]) {
			at += 1;
			seen += 1;
		} else if (star) {
			star = { glob: star.glob, name: star.name + 1 };
			at = star.glob + 1;
			seen = star.name;
		} else return false;
	}
	return /^\**$/.test(glob.slice(at));
}
