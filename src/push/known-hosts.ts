import { createHmac, createSecretKey, type KeyObject } from "node:crypto";
import type { HostKey } from "../model/machine.ts";
import { hostKeyOf } from "./host-keys.ts";

/** The lines of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT) that name a key or revoke one. */
export interface KnownHosts {
	/** Lines of names and addresses alone, by each of them. */
	readonly named: ReadonlyMap<string, readonly Entry[]>;
	/** Lines with a `*`, a `?` or a `!` in them. */
	readonly patterned: readonly Entry[];
	/** Whose host they are shows only who tries each: some microseconds a line. */
	readonly hashed: readonly HashedEntry[];
	/** Fingerprints that no host may show. */
	readonly revoked: ReadonlySet<string>;
	/** Numbers of the @cert-authority lines, which are ignored: ssh2 knows no certificates. From 1. */
	readonly authorityLines: readonly number[];
}

interface Entry {
	readonly line: number;
	readonly hosts: string;
	readonly hostKey: HostKey;
}

interface HashedEntry extends Entry {
	readonly salt: KeyObject;
	readonly hash: Buffer;
}

const SSH_PORT = 22;

/** Total: lines that are not understood are left out, as OpenSSH does. */
export function parseKnownHosts(text: string): KnownHosts {
	const lines = text.split("\n").flatMap((line, index) => parseLine(line, index + 1) ?? []);
	const marked = (wanted: string | null) => lines.filter(({ marker }) => marker === wanted);
	const entries = marked(null);
	const plain = entries.filter(({ hosts }) => !/[|*?!]/.test(hosts));
	const names = plain.flatMap((entry) => [...new Set(namesIn(entry))].map((name) => ({ name, entry })));
	const named = new Map<string, Entry[]>();
	for (const { name, entry } of names) {
		const entriesOf = named.get(name) ?? [];
		entriesOf.push(entry);
		named.set(name, entriesOf);
	}
	return {
		named,
		patterned: entries.filter(({ hosts }) => !hosts.startsWith("|") && /[*?!]/.test(hosts)),
		hashed: entries.flatMap((entry) => hashedEntry(entry) ?? []),
		revoked: new Set(marked("@revoked").map(({ hostKey }) => hostKey.fingerprint)),
		authorityLines: marked("@cert-authority").map(({ line }) => line),
	};
}

/** Whether a key may be shown by no host, whatever else vouches for it. */
export function isRevoked(knownHosts: KnownHosts, { fingerprint }: HostKey): boolean {
	return knownHosts.revoked.has(fingerprint);
}

/** The keys that a host may show at a port; one at another port than 22 is known only as `[host]:port`. */
export function keysFor(knownHosts: KnownHosts, host: string, port: number): readonly HostKey[] {
	const name = port === SSH_PORT ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
	const entries = [
		...(knownHosts.named.get(name) ?? []),
		...knownHosts.patterned.filter((entry) => matches(entry, name)),
		...knownHosts.hashed.filter((entry) => matchesHash(entry, name)),
	];
	return entries
		.filter(({ hostKey }) => !isRevoked(knownHosts, hostKey))
		.sort((one, other) => one.line - other.line)
		.map(({ hostKey }) => hostKey);
}

function parseLine(text: string, line: number): (Entry & { readonly marker: string | null }) | null {
	const words = text.trim().split(/\s+/);
	if (words[0] === "" || words[0]?.startsWith("#")) return null;
	const marker = words[0]?.startsWith("@") ? (words.shift() ?? null) : null;
	const [hosts, type, blob] = words;
	if (hosts === undefined || type === undefined || blob === undefined) return null;
	const hostKey = readBlob(blob);
	return hostKey?.type === type ? { line, marker, hosts, hostKey } : null;
}

function readBlob(base64: string): HostKey | null {
	const blob = Buffer.from(base64, "base64");
	if (blob.length <= 4) return null;
	const typeLength = blob.readUInt32BE(0);
	return typeLength > 0 && typeLength <= 64 && 4 + typeLength < blob.length ? hostKeyOf(blob) : null;
}

function namesIn({ hosts }: Entry): readonly string[] {
	return hosts.toLowerCase().split(",");
}

function matches(entry: Entry, name: string): boolean {
	const patterns = namesIn(entry);
	const isNegated = patterns.some((pattern) => pattern.startsWith("!") && globMatches(pattern.slice(1), name));
	return !isNegated && patterns.some((pattern) => globMatches(pattern, name));
}

/** `|1|salt|hash`, the hash being HMAC-SHA1 of the name under the salt; null: it is not in that form. */
function hashedEntry(entry: Entry): HashedEntry | null {
	const [before, version, salt = "", hash = ""] = entry.hosts.split("|");
	if (before !== "" || version !== "1") return null;
	return { ...entry, salt: createSecretKey(salt, "base64"), hash: Buffer.from(hash, "base64") };
}

function matchesHash({ salt, hash }: HashedEntry, name: string): boolean {
	return createHmac("sha1", salt).update(name).digest().equals(hash);
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
