import { z } from "zod";
import { controllerPath, name, text } from "./fields.ts";
import { mapping, rule } from "./mapping.ts";

/** Where a secret is: a file of the controller's, a credential that systemd gave the unit, or an environment variable. */
export type CredentialSource =
	| { readonly kind: "file"; readonly path: string }
	| { readonly kind: "systemd"; readonly id: string }
	| { readonly kind: "environment"; readonly variable: string };

const KEYS = ["file", "systemd", "environment"] as const;

interface Written {
	readonly file?: string | undefined;
	readonly systemd?: string | undefined;
	readonly environment?: string | undefined;
}

const credential = mapping(
	{
		file: controllerPath.optional().describe("A file that only its owner, root or the daemon's user, may read."),
		systemd: text(/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,255}$/, "the name of a credential in LoadCredential=")
			.optional()
			.describe(
				"A credential of the unit: LoadCredential= or LoadCredentialEncrypted= in systemd.exec(5). Outside of a unit: the file of that name beside the configuration.",
			),
		environment: text(/^[A-Za-z_][A-Za-z0-9_]*$/, "the name of an environment variable")
			.optional()
			.describe("A variable in the daemon's environment."),
	},
	"where the secret is, never the secret itself",
).check(
	rule<Written>(KEYS, (written) =>
		KEYS.filter((key) => written[key] !== undefined).length === 1
			? []
			: [{ path: [], expected: "one of file, systemd and environment", code: "FS-CONFIG" }],
	),
);

export const credentialsSchema = z.record(name, credential);

export function toCredentials(written: z.output<typeof credentialsSchema>): Readonly<Record<string, CredentialSource>> {
	return Object.fromEntries(Object.entries(written).map(([id, source]) => [id, toSource(source)]));
}

function toSource({ file, systemd, environment }: Written): CredentialSource {
	if (file !== undefined) return { kind: "file", path: file };
	if (systemd !== undefined) return { kind: "systemd", id: systemd };
	return { kind: "environment", variable: environment ?? "" };
}
