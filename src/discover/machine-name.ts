const NAME = /^[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?$/;

/** The machine's name from an SRV target or the owner of an A record: lower case, without `.local`. Null: not a name we take. */
export function machineName(host: string): string | null {
	const name = host
		.toLowerCase()
		.replace(/\.$/, "")
		.replace(/\.local$/, "");
	return NAME.test(name) && !name.includes("..") ? name : null;
}
