import { createHmac, timingSafeEqual } from "node:crypto";
import type { HostKey } from "../model/machine.ts";
import { hostKeyOf } from "./host-keys.ts";

/** The lines of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT) that name a key or revoke one. */
export interface KnownHosts {
	readonly entries: readonly Entry[];
	/** Fingerprints that no host may show. */
	readonly revoked: ReadonlySet<string>;
	/** Numbers of the @cert-authority lines, which are ignored: ssh2 knows no certificates. From 1. */
	readonly authorityLines: readonly number[];
}

interface Entry {
	readonly hosts: string;
	readonly hostKey: HostKey;
}

const SSH_PORT = 22;

/** Total: lines that are not understood are left out, as OpenSSH does. */
export function parseKnownHosts(text: string): KnownHosts {
	const lines = text.split("\n").map(parseLine);
	const entries = lines.filter((line) => line !== null);
	const hasRevoked = ({ marker }: { readonly marker: string | null }) => marker === "@revoked";
	return {
		entries: entries.filter((entry) => entry.marker === null),
		revoked: new Set(entries.filter(hasRevoked).map(({ hostKey }) => hostKey.fingerprint)),
		authorityLines: lines.flatMap((line, index) => (line?.marker === "@cert-authority" ? [index + 1] : [])),
	};
}

/** Whether a key may be shown by no host, whatever else vouches for it. */
export function isRevoked(knownHosts: KnownHosts, { fingerprint }: HostKey): boolean {
	return knownHosts.revoked.has(fingerprint);
}

/** The keys that a host may show at a port; one at another port than 22 is known only as `[host]:port`. */
export function keysFor(knownHosts: KnownHosts, host: string, port: number): readonly HostKey[] {
	const name = port === SSH_PORT ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
	return knownHosts.entries
		.filter(({ hosts, hostKey }) => matches(hosts, name) && !isRevoked(knownHosts, hostKey))
		.map(({ hostKey }) => hostKey);
}

function parseLine(line: string): (Entry & { readonly marker: string | null }) | null {
	const words = line.trim().split(/\s+/);
	if (words[0] === "" || words[0]?.startsWith("#")) return null;
	const marker = words[0]?.startsWith("@") ? (words.shift() ?? null) : null;
	const [hosts, type, blob] = words;
	if (hosts === undefined || type === undefined || blob === undefined) return null;
	const hostKey = readBlob(blob);
	return hostKey?.type === type ? { marker, hosts, hostKey } : null;
}

function readBlob(base64: string): HostKey | null {
	const blob = Buffer.from(base64, "base64");
	if (blob.length <= 4) return null;
	const typeLength = blob.readUInt32BE(0);
	return typeLength > 0 && typeLength <= 64 && 4 + typeLength < blob.length ? hostKeyOf(blob) : null;
}

function matches(hosts: string, name: string): boolean {
	if (hosts.startsWith("|")) return matchesHash(hosts, name);
	const patterns = hosts.toLowerCase().split(",");
	const isNegated = patterns.some((pattern) => pattern.startsWith("!") && globMatches(pattern.slice(1), name));
	return !isNegated && patterns.some((pattern) => globMatches(pattern, name));
}

/** `|1|salt|hash`, the hash being HMAC-SHA1 of the name under the salt. */
function matchesHash(hosts: string, name: string): boolean {
	const [, version, salt = "", hash = ""] = hosts.split("|");
	if (version !== "1") return false;
	const expected = Buffer.from(hash, "base64");
	const actual = createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest();
	return expected.length === actual.length && timingSafeEqual(expected, actual);
}

/** `*` and `?` only; walks back to the last star, so it is never slower than pattern times name. */
function globMatches(pattern: string, name: string): boolean {
	let [p, n, star, mark] = [0, 0, -1, 0];
	while (n < name.length) {
		if (pattern[p] === "*") [star, mark, p] = [p, n, p + 1];
		else if (p < pattern.length && (pattern[p] === "?" || pattern[p] === name[n])) [p, n] = [p + 1, n + 1];
		else if (star >= 0) [p, mark, n] = [star + 1, mark + 1, mark + 1];
		else return false;
	}
	return /^\**$/.test(pattern.slice(p));
}
