import type { Failure } from "../model/failure.ts";
import type { LoginSpec } from "../model/policy.ts";
import type { Settings } from "../policy/parse-settings.ts";
import type { Login } from "../push/target.ts";
import { type Environment, passwordIn, readCredential, readSecretFile } from "./credentials.ts";
import type { HostConfig } from "./ssh-config.ts";

/** How we log in: by what the policy says, or ssh_config, or the daemon's configuration, whichever is the first that says anything. */
export function chooseLogin(policy: LoginSpec, config: HostConfig, settings: Settings): LoginSpec {
	const ofPolicy = { ...policy };
	if (saysHow(ofPolicy)) return ofPolicy;
	const { identityFile, identityAgent } = config;
	const ofConfig: LoginSpec = {
		...(identityFile === undefined ? {} : { identityFile }),
		...(identityAgent === undefined ? {} : { identityAgent }),
		...(policy.passphrase === undefined ? {} : { passphrase: policy.passphrase }),
	};
	return saysHow(ofConfig) ? ofConfig : settings.ssh.login;
}

function saysHow({ identityFile, identity, identityAgent, password }: LoginSpec): boolean {
	return [identityFile, identity, identityAgent, password].some((way) => way !== undefined);
}

/** The file of the daemon's own key; null where the key is none, or comes from elsewhere. */
export function ownKeyFile({ ssh: { login }, credentials }: Settings): string | null {
	const { identity, identityFile } = login;
	if (identity === undefined) return identityFile ?? null;
	const source = Object.hasOwn(credentials, identity) ? credentials[identity] : undefined;
	return source?.kind === "file" ? source.path : null;
}

/** The secrets that the names mean. Errors: FS-SSH-KEY, FS-SSH-AGENT, FS-CREDENTIAL-*. */
export async function readLogin(
	spec: LoginSpec,
	settings: Settings,
	environment?: Environment,
): Promise<Login | Failure> {
	const [key, passphrase, password, agent] = [
		await keyOf(spec, settings, environment),
		await secretOf(spec.passphrase, settings, environment),
		await secretOf(spec.password, settings, environment),
		agentOf(spec),
	];
	for (const read of [key, passphrase, password, agent]) if (read && "code" in read) return read;
	return {
		...(key && "secret" in key ? { privateKey: key.secret } : {}),
		...(passphrase && "secret" in passphrase ? { passphrase: passwordIn(passphrase.secret) } : {}),
		...(password && "secret" in password ? { password: passwordIn(password.secret) } : {}),
		...(agent && "socket" in agent ? { agent: agent.socket } : {}),
	};
}

async function keyOf({ identity, identityFile }: LoginSpec, settings: Settings, environment?: Environment) {
	if (identity !== undefined) return readCredential(settings, identity, environment);
	if (identityFile === undefined) return null;
	const read = await readSecretFile(identityFile);
	return "code" in read && read.code === "FS-CREDENTIAL-READ" ? { ...read, code: "FS-SSH-KEY" as const } : read;
}

async function secretOf(name: string | undefined, settings: Settings, environment?: Environment) {
	return name === undefined ? null : readCredential(settings, name, environment);
}

function agentOf({ identityAgent }: LoginSpec): { readonly socket: string } | Failure | null {
	if (identityAgent === undefined) return null;
	const socket = identityAgent === "SSH_AUTH_SOCK" ? process.env.SSH_AUTH_SOCK : identityAgent;
	return socket ? { socket } : { code: "FS-SSH-AGENT", detail: "SSH_AUTH_SOCK is not in the daemon's environment" };
}
