/** Each would make a file named CANARY where a shell, an eval or a tool's own expansion takes it for code. */
const SEEDS = [
	"$(touch CANARY)",
	"`touch CANARY`",
	"; touch CANARY;",
	"' ; touch CANARY; '",
	'" ; touch CANARY; "',
	"\n touch CANARY\n",
	"| touch CANARY",
	"|| touch CANARY",
	"&& touch CANARY",
	"& touch CANARY &",
	"> CANARY",
	"<(touch CANARY)",
	`\${x:=$(touch CANARY)}`,
	"$((x[$(touch CANARY)]))",
	"x[$(touch CANARY)]",
	"\\'; touch CANARY #",
	'\\"; touch CANARY #',
	"$'\\n'touch CANARY",
	"'\"'\"'; touch CANARY; '\"'\"'",
	`\${IFS}touch\${IFS}CANARY`,
	"EOF\ntouch CANARY\n",
	'",\n\t"program": "$(touch CANARY)',
	'"\n\t]\n}\ntouch CANARY',
	"%s%n$(touch CANARY)",
	"-exec touch CANARY ;",
	"--checkpoint-action=exec=touch CANARY",
	"-o DPkg::Pre-Invoke::=touch CANARY",
	"{file};touch CANARY",
	"*;touch CANARY",
	"~/$(touch CANARY)",
	"ENV=CANARY",
	"%(touch CANARY)",
	"!!;touch CANARY",
	"\\\ntouch CANARY",
	"\\$(touch CANARY)",
	"\\\\`touch CANARY`",
	"()  { :; }; touch CANARY",
	"\u2019; touch CANARY; \u2018",
] as const;
const GLUE = [
	"",
	" ",
	"'",
	'"',
	"\\",
	"\n",
	"\t",
	"`",
	"$",
	"{",
	"}",
	";",
	"é",
	"\u202e",
	"#",
	"!",
	"-",
	",",
	"]",
	'": "',
] as const;

/** So many different payloads, the same for the same seed. */
export function payloads(count: number, canary: string, seed = 1): readonly string[] {
	let state = seed >>> 0;
	const below = (limit: number) => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return Math.floor((state / 2 ** 32) * limit);
	};
	const one = <Item>(of: readonly Item[]) => of[below(of.length)] as Item;
	const made = new Set<string>(SEEDS.map((text) => text.replaceAll("CANARY", canary)));
	while (made.size < count) {
		const parts = Array.from({ length: 1 + below(3) }, () => `${one(GLUE)}${one(SEEDS)}${one(GLUE)}`);
		made.add(parts.join(one(GLUE)).replaceAll("CANARY", canary));
	}
	return [...made].slice(0, count);
}
