const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** "512 B", "4.2 MiB": in the units of the configuration. */
export function sizeText(bytes: number): string {
	let [rest, unit] = [bytes, 0];
	for (; rest >= 1024 && unit < UNITS.length - 1; unit += 1) rest /= 1024;
	return `${rest.toFixed(unit === 0 ? 0 : 1)} ${UNITS[unit]}`;
}
