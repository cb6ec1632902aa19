import { ERROR_CODES, type ErrorCode } from "../../src/model/error-codes.ts";
import { ERROR_MEANINGS } from "../../src/model/error-meanings.ts";

export const PAGE = new URL("../../docs/error-codes.md", import.meta.url).pathname;

const PARTS: readonly (readonly [string, RegExp])[] = [
	["Files that cannot be read: policies, configuration, inventory", /^FS-(POLICY-(?!UNKNOWN)|CONFIG|INVENTORY)/],
	["The download from the origin", /^FS-(ACQUIRE|PACKAGE)/],
	["Reaching a machine", /^FS-SSH/],
	["Becoming the user who installs, and secrets", /^FS-(BECOME|CREDENTIAL)/],
	["The way of the package to a machine", /^FS-(DELIVER|SWARM|DISK)/],
	["Installing, and finding out whether it worked", /^FS-(INSTALL|DETECT|FACTS)/],
	["Reboots", /^FS-REBOOT/],
	["What was asked for by a person or a program", /^FS-(POLICY-UNKNOWN|MACHINE|TARGETS|CLEAN|API)/],
	["The daemon itself", /./],
];

/** The whole page, made of the table in the sources. */
export function errorCodesPage(): string {
	const codes = Object.keys(ERROR_CODES) as ErrorCode[];
	const partOf = (code: ErrorCode) => PARTS.find(([, pattern]) => pattern.test(code))?.[0];
	const parts = PARTS.map(([title]) => {
		const rows = codes.filter((code) => partOf(code) === title).sort();
		const lines = rows.map((code) => `| \`${code}\` | ${ERROR_MEANINGS[code]} | ${ERROR_CODES[code]} |`);
		return `## ${title}\n\n| code | what it means | what to do |\n|---|---|---|\n${lines.join("\n")}\n`;
	});
	return `${INTRODUCTION}\n${parts.join("\n")}`;
}

const INTRODUCTION = `# Error codes

Every message carries a stable code; codes are never reused. \`fleetseed why MACHINE\` says what to do with the machine's name filled in, \`fleetseed logs MACHINE\`
what an installer printed. "It is tried again" means by itself, ever more rarely; "then: fleetseed retry" means that it waits for you. Nothing here ever asks you to
hurry: what has begun on machines goes on, and nothing is installed twice.
`;
