import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createSecureContext } from "node:tls";
import type { ApiSettings } from "../policy/api-schema.ts";

/** What systemd gives to a service, and to nobody else while it is off. */
export const CREDENTIALS = "/run/credentials/";

interface Complaints {
	/** For which the API would not start. */
	readonly problems: readonly string[];
	readonly notes: readonly string[];
}

const NONE: Complaints = { problems: [], notes: [] };

/** Looks at the API's certificate and key as its start will: in vain where who asks may not read them. */
export async function checkTls(api: ApiSettings | null, now: number): Promise<Complaints> {
	if (!api?.tls) return NONE;
	const { certFile, keyFile } = api.tls;
	const [cert, key] = await Promise.all([readPem("cert_file", certFile), readPem("key_file", keyFile)]);
	if (!cert.pem || !key.pem)
		return { problems: [...cert.problems, ...key.problems], notes: [...cert.notes, ...key.notes] };
	try {
		createSecureContext({ cert: cert.pem, key: key.pem });
	} catch (error) {
		const saw = `${certFile} and ${keyFile}: ${(error as Error).message}`;
		return { problems: [`api.tls: expected a PEM certificate with its own key, got ${saw} (FS-CONFIG)`], notes: [] };
	}
	return { problems: [], notes: expired(certFile, cert.pem, now) };
}

interface Read extends Complaints {
	/** null: it is one of the complaints. */
	readonly pem: Buffer | null;
}

async function readPem(key: string, file: string): Promise<Read> {
	const pem = await readFile(file).catch((error: NodeJS.ErrnoException) => error);
	if (!(pem instanceof Error)) return { ...NONE, pem };
	if (pem.code === "EACCES" || file.startsWith(CREDENTIALS))
		return { problems: [], notes: [`api.tls.${key}: ${file} cannot be looked at here (${pem.code})`], pem: null };
	return {
		problems: [`api.tls.${key}: expected a file to read, got ${pem.message} (FS-CONFIG)`],
		notes: [],
		pem: null,
	};
}

/** Browsers and programs turn away from it; the daemon serves it all the same. */
function expired(file: string, pem: Buffer, now: number): readonly string[] {
	const { validTo } = new X509Certificate(pem);
	return Date.parse(validTo) < now ? [`api.tls.cert_file: ${file} counts no longer since ${validTo}`] : [];
}
