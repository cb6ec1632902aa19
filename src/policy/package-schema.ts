import { z } from "zod";
import { INSTALLERS } from "../installers/registry.ts";
import { expects } from "./expectation.ts";
import { anyMachinePath, checksum, duration, freeText, machinePath, text } from "./fields.ts";
import { type Fault, mapping, rule } from "./mapping.ts";
import { requirementsSchema } from "./requirements-schema.ts";

const TYPES = [...INSTALLERS.keys()];
const TYPE_WORDS = [...INSTALLERS].map(([type, { what }]) => `${type} (${what})`).join(", ");

const URL_WORDS = "a URL such as https://host/file, http://host/file or file:///path, without spaces";
const url = z
	.url({ protocol: /^(https?|file)$/, error: URL_WORDS })
	.regex(/^(https?:\/\/|file:\/\/\/)[!-~]+$/, URL_WORDS);

const packageName = text(/^[A-Za-z0-9][A-Za-z0-9.+_-]{0,127}$/, "a package name of letters, digits and . + _ -");
const packageVersion = text(
	/^[A-Za-z0-9][A-Za-z0-9.+~:_-]{0,127}$/,
	'a version of letters, digits and . + ~ : _ - ("1.10" in quotes when it looks like a number)',
);

const registryKey = text(
	/^(HKLM|HKEY_LOCAL_MACHINE)(\\[^\\\p{Cc}]{1,255})+$/u,
	"a key of HKLM, its parts divided by one \\ each (no quotes around it, or single ones)",
);
const registryText = text(
	/^\P{Cc}{1,2048}$/u,
	"text without control characters, in quotes when it looks like a number",
);

const fileVersion = text(/^\d{1,5}(\.\d{1,5}){3}$/, "four numbers with dots, such as 2.10.0.34");

const detectionRule = z.discriminatedUnion(
	"type",
	[
		mapping({
			type: z.literal("package").describe("The system's package manager knows the package."),
			name: packageName.describe("The package's name on the system."),
			version: packageVersion.optional().describe("Its version; without one, any version will do."),
		}),
		mapping({
			type: z.literal("file").describe("A file or folder exists."),
			path: anyMachinePath.describe("Its path, absolute (on Windows C:\\\\...) or starting with ~/."),
			checksum: checksum.optional().describe("The file's content: sha256: and 64 hex digits."),
			version: fileVersion.optional().describe("Windows: the version that a program or library carries, four numbers."),
		}),
		mapping({
			type: z.literal("registry").describe("Windows: a key exists, or a value in it."),
			key: registryKey.describe("The key, which starts with HKLM."),
			value: registryText.optional().describe("The name of a value; without one, the key itself."),
			data: registryText
				.optional()
				.describe("What the value must be; numbers in decimal, bytes in hex. Needs `value`."),
			view: z
				.literal([64, 32], "64 or 32")
				.default(64)
				.describe("Which of the two registries: that of 64-bit programs, or of 32-bit ones."),
		}).check(
			rule<{ readonly value?: unknown; readonly data?: unknown }>(["value", "data"], ({ value, data }) =>
				value === undefined && data !== undefined
					? [{ path: ["value"], expected: "the value whose data is given", code: "FS-POLICY-REQUIRED" }]
					: [],
			),
		),
		mapping({
			type: z.literal("msi").describe("Windows: Windows Installer has the product, for the whole machine."),
			product_code: text(
				/^\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}$/,
				"a GUID in braces, in quotes",
			).describe("The ProductCode of the package."),
			version: packageVersion.optional().describe("Its ProductVersion; without one, any version will do."),
		}),
		mapping({
			type: z.literal("script").describe("A script exits with 0."),
			script: freeText.describe(
				"The script's text, run by /bin/sh, on Windows by Windows PowerShell. It must not change the machine.",
			),
		}),
	],
	{ error: ({ code }) => (code === "invalid_union" ? "package, file, registry, msi or script" : undefined) },
);

const install = mapping({
	command: freeText.optional().describe("A program that replaces the type's default installer."),
	arguments: z
		.array(z.union([freeText, z.literal("")], "text without control characters"))
		.default([])
		.describe("The program's arguments, one an entry; {file} stands for the package on the machine."),
	timeout: duration("1s", "7d").prefault("30m").describe("The installer is stopped after this time."),
	env: z
		.record(
			text(/^[A-Za-z_][A-Za-z0-9_]*$/, "a variable name of letters, digits and _"),
			text(/^(?:\P{Cc}|[\n\t])*$/u, "text without control characters (in quotes when it looks like a number)"),
		)
		.default({})
		.describe("Environment variables of the installer."),
	destination: machinePath
		.transform((path) => path.replace(/\/+$/, ""))
		.optional()
		.describe("Archives only: the folder that receives VERSION/ and the link current. Default: /opt/NAME."),
});

const exitCodes = z.array(
	z
		.int("0-4294967295")
		.min(0, "0-4294967295")
		.max(2 ** 32 - 1, "0-4294967295"),
);

const returnCodes = mapping({
	success: exitCodes.optional().describe("Installed, if detection agrees. Default: as the type has it, 0 for most."),
	soft_reboot: exitCodes.optional().describe("Installed; a reboot is needed some time. Default: as the type has it."),
	hard_reboot: exitCodes
		.optional()
		.describe("Installed; a reboot is needed before anything else. Default: as the type has it."),
	/** Not 100 for deb: apt says it for a held lock and for every other failure alike. */
	retry: exitCodes.optional().describe("Busy: try again later. Default: as the type has it."),
}).check(
	rule(
		["success", "soft_reboot", "hard_reboot", "retry"],
		(codes: Readonly<Record<string, unknown>>): readonly Fault[] => {
			const lists = ["success", "soft_reboot", "hard_reboot", "retry"] as const;
			const seen = new Map<number, string>();
			return lists.flatMap((list) =>
				((codes[list] ?? []) as readonly number[]).flatMap((code, index) => {
					const other = seen.get(code) ?? list;
					seen.set(code, other);
					return other === list
						? []
						: [{ path: [list, index], expected: `a code that is not in ${other}`, code: "FS-POLICY-VALUE" }];
				}),
			);
		},
	),
);

const uninstall = mapping({
	command: freeText.optional().describe("A program that replaces the type's default."),
	arguments: z
		.array(z.union([freeText, z.literal("")], "text without control characters"))
		.default([])
		.describe("Its arguments, or more of the type's own, one an entry."),
});

interface TypedPackage {
	readonly type: string;
	readonly state?: unknown;
	readonly source?: unknown;
	readonly checksum?: unknown;
	readonly uninstall?: { readonly command?: unknown };
	readonly detection?: unknown;
	readonly install: { readonly destination?: unknown };
}

export const packageSchema = mapping({
	name: packageName.describe("The package's name; for a deb, as dpkg knows it."),
	version: packageVersion.describe("The version that shall be installed, in quotes when it looks like a number."),
	type: z
		.enum(TYPES, `one of ${TYPES.join(", ")}`)
		.describe(`What the file is, and so how it is installed and detected: ${TYPE_WORDS}.`),
	state: z
		.enum(["present", "absent"], "present or absent")
		.default("present")
		.describe(
			"present: it shall be installed; absent: it shall be removed, for which no source and no checksum are needed.",
		),
	source: mapping({
		url: url.describe("Where the controller downloads the file: https, http or file."),
		mirrors: z.array(url).default([]).describe("Other places of the same file, tried in order."),
	})
		.optional()
		.describe("Where the file comes from; it is downloaded once."),
	checksum: checksum
		.optional()
		.describe("The file's SHA-256: sha256: and 64 hex digits. Nothing else is ever installed."),
	install: install.prefault({}).describe("How it is installed; each type has a good default."),
	uninstall: uninstall.prefault({}).describe("How it is removed when its state is absent; a script must say it."),
	detection: z
		.array(detectionRule)
		.min(1, expects("at least one rule", "FS-POLICY-DETECTION"))
		.optional()
		.describe(
			"What shows that it is installed; all rules must hold, and none when it shall be absent. A script package must say it, and all of Windows.",
		),
	requirements: requirementsSchema
		.prefault({})
		.describe("What a machine must be for this package; one that is not is left out: not applicable."),
	return_codes: returnCodes.prefault({}).describe("What the installer's exit codes mean; any other code is a failure."),
}).check(
	rule<TypedPackage>(["state", "source", "checksum"], (written) => {
		if (written.state === "absent") return [];
		const expected = { source: "a mapping", checksum: "sha256: and 64 hex digits" };
		const missing = (["source", "checksum"] as const).filter((key) => written[key] === undefined);
		return missing.map((key) => ({ path: [key], expected: expected[key], code: "FS-POLICY-REQUIRED" }));
	}),
	rule<TypedPackage>(["type", "state", "uninstall"], ({ type, state, uninstall }) => {
		const isMissing = INSTALLERS.get(type)?.uninstall === null && uninstall?.command === undefined;
		const expected = `uninstall.command: nothing else says how a ${type} is removed`;
		return state === "absent" && isMissing ? [{ path: ["uninstall"], expected, code: "FS-POLICY-REQUIRED" }] : [];
	}),
	rule<TypedPackage>(["type", "state", "detection"], ({ type, state, uninstall, detection }) => {
		const isNeeded = type === "msi" && state === "absent" && uninstall?.command === undefined;
		const names = (each: { readonly type?: unknown }) => each.type === "msi";
		const expected = "an msi rule, whose product_code is what msiexec removes";
		const isMissing = isNeeded && Array.isArray(detection) && !detection.some(names);
		return isMissing ? [{ path: ["detection"], expected, code: "FS-POLICY-DETECTION" }] : [];
	}),
	rule<TypedPackage>(["type", "detection"], ({ type, detection }) => {
		const expected = `a rule that shows the ${type} has done its work`;
		const isMissing = INSTALLERS.get(type)?.detection === null && detection === undefined;
		return isMissing ? [{ path: ["detection"], expected, code: "FS-POLICY-DETECTION" }] : [];
	}),
	rule<TypedPackage>(["type", "install"], ({ type, install: { destination } }) => {
		const expected = `no destination for a ${type}: only an archive has one`;
		const isStray = INSTALLERS.get(type)?.destination === undefined && destination !== undefined;
		return isStray ? [{ path: ["install", "destination"], expected, code: "FS-POLICY-KEY" }] : [];
	}),
);
