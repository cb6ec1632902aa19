import { homedir } from "node:os";
import { dirname, resolve } from "node:path";
import SSHConfig from "ssh-config";
import type { Problem } from "../policy/document.ts";

/** What a file in the format of ssh_config(5) says of a host; nothing else of it is taken. */
export interface HostConfig {
	readonly hostName?: string;
	readonly port?: number;
	readonly user?: string;
	readonly identityFile?: string;
	readonly identityAgent?: string;
	readonly proxyJump?: string;
}

/** By the name that stands behind `Host`. */
export type SshConfig = (host: string) => HostConfig;

export const NO_SSH_CONFIG: SshConfig = () => ({});

/** What would change the way to a machine and is not taken: to pass over it would lead to another one. */
const REFUSED = /^\s*(include|match|proxycommand|hostkeyalias|certificatefile)\b/i;

/** The text as a look-up, or every problem in it, as FS-SSH-CONFIG. */
export function parseSshConfig(
	text: string,
	file: string,
): { readonly sshConfig: SshConfig } | { readonly problems: readonly Problem[] } {
	const problem = (line: number, expected: string, saw: string): Problem => {
		return { code: "FS-SSH-CONFIG", file, line, column: 1, path: "", expected, saw };
	};
	const refused = text.split("\n").flatMap((line, index) => {
		const word = REFUSED.exec(line)?.[1];
		return word === undefined ? [] : [problem(index + 1, "Host and what is documented", word)];
	});
	if (refused.length > 0) return { problems: refused };
	try {
		const parsed = SSHConfig.parse(text);
		return { sshConfig: (host) => lookUp(parsed, host, dirname(file)) };
	} catch (error) {
		return { problems: [problem(1, "the format of ssh_config(5)", (error as Error).message)] };
	}
}

function lookUp(parsed: SSHConfig, host: string, folder: string): HostConfig {
	const said = parsed.compute(host, { ignoreCase: true, matchExec: false });
	const of = (key: string): string | undefined => {
		const value = said[key];
		return Array.isArray(value) ? value[0] : value;
	};
	const [hostName, port, user, jump, agent] = ["hostname", "port", "user", "proxyjump", "identityagent"].map(of);
	const identityFile = of("identityfile");
	const isPort = port !== undefined && /^\d{1,5}$/.test(port) && Number(port) > 0 && Number(port) < 65_536;
	return {
		...(hostName === undefined ? {} : { hostName: expanded(hostName, host) }),
		...(isPort ? { port: Number(port) } : {}),
		...(user === undefined ? {} : { user }),
		...(identityFile === undefined || identityFile === "none"
			? {}
			: { identityFile: path(identityFile, host, folder) }),
		...(agent === undefined || agent === "none" ? {} : { identityAgent: agentOf(agent, host, folder) }),
		...(jump === undefined ? {} : { proxyJump: jump }),
	};
}

function agentOf(agent: string, host: string, folder: string): string {
	return agent === "SSH_AUTH_SOCK" ? agent : path(agent, host, folder);
}

function path(written: string, host: string, folder: string): string {
	return resolve(folder, expanded(written.replace(/^~(?=\/)/, homedir()), host));
}

/** The tokens %h, %n, %d and %% of ssh_config(5). */
function expanded(written: string, host: string): string {
	const tokens: Readonly<Record<string, string>> = { h: host, n: host, d: homedir(), "%": "%" };
	return written.replace(/%([hnd%])/g, (_, token: string) => tokens[token] ?? "");
}
