import { z } from "zod";
import { controllerPath, text } from "./fields.ts";
import { mapping, rule } from "./mapping.ts";

/** The API over TCP. */
export interface ApiSettings {
	readonly host: string;
	readonly port: number;
	/** PEM files. */
	readonly tls?: { readonly certFile: string; readonly keyFile: string };
	/** What a request may name as its host, without the port; anything else is refused (DNS rebinding). */
	readonly allowedHosts: readonly string[];
	/** Pages of other origins that may send what changes something. */
	readonly origins: readonly string[];
}

const LISTEN = "an address and a port, such as 127.0.0.1:8443 or [::1]:8443";
const TLS = "tls, since it listens on more than loopback";
const HOSTS = "at least one of the names that people use for the controller, since it listens on every address";

interface Written {
	readonly listen?: string | undefined;
	readonly tls?: unknown;
	readonly allowed_hosts: readonly string[];
}

const tls = mapping({
	cert_file: controllerPath.describe("The certificate with its chain, PEM."),
	key_file: controllerPath.describe("Its private key, PEM."),
});

export const apiSchema = mapping({
	listen: text(/^(?:\[[0-9A-Fa-f:]+\]|[0-9.]+):(?:[1-9]\d{0,4}|0)$/, LISTEN)
		.refine((value) => Number(splitListen(value).port) <= 65_535, LISTEN)
		.optional()
		.describe("Where the API and the dashboard are served over TCP. Default: on the unix socket alone."),
	tls: tls.optional().describe("Needed unless it listens on loopback."),
	allowed_hosts: z
		.array(text(/^(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:]+\])$/, "a host name or an IP address, without a port"))
		.default([])
		.describe("What browsers may call the controller, beside the address that it listens on."),
	origins: z
		.array(text(/^https?:\/\/[A-Za-z0-9.:[\]-]+$/, "an origin such as https://ops.example.org"))
		.default([])
		.describe("Pages of other origins that may steer. Default: only the dashboard itself."),
}).check(
	rule<Written>(["listen", "tls", "allowed_hosts"], ({ listen, tls, allowed_hosts }) => {
		if (listen === undefined) return [];
		const { host } = splitListen(listen);
		const isAnywhere = /^(?:0\.0\.0\.0|::)$/.test(host) && allowed_hosts.length === 0;
		return [
			...(tls === undefined && !isLoopback(host)
				? [{ path: ["listen"], expected: TLS, code: "FS-POLICY-REQUIRED" } as const]
				: []),
			...(isAnywhere ? [{ path: ["allowed_hosts"], expected: HOSTS, code: "FS-POLICY-REQUIRED" } as const] : []),
		];
	}),
);

/** null: the API is on the unix socket alone. */
export function toApi({ listen, tls, allowed_hosts, origins }: z.output<typeof apiSchema>): ApiSettings | null {
	if (listen === undefined) return null;
	const { host, port } = splitListen(listen);
	const own = host.includes(":") ? `[${host}]` : host;
	return {
		host,
		port: Number(port),
		...(tls === undefined ? {} : { tls: { certFile: tls.cert_file, keyFile: tls.key_file } }),
		allowedHosts: [...new Set([own, ...(isLoopback(host) ? ["localhost"] : []), ...allowed_hosts])],
		origins,
	};
}

function splitListen(listen: string): { readonly host: string; readonly port: string } {
	const at = listen.lastIndexOf(":");
	return { host: listen.slice(0, at).replace(/^\[|\]$/g, ""), port: listen.slice(at + 1) };
}

function isLoopback(host: string): boolean {
	return host === "::1" || /^127\./.test(host);
}
