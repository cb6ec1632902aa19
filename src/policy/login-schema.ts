import { z } from "zod";
import type { LoginSpec } from "../model/policy.ts";
import { controllerPath, name, text } from "./fields.ts";

const credential = name;

/** How the controller logs in, in the policy and in the daemon's configuration. Secrets are named, never written. */
export const loginFields = {
	identity_file: controllerPath.optional().describe("The private key on the controller, as a file."),
	identity: credential.optional().describe("The private key, as one of the daemon's `credentials`."),
	passphrase: credential.optional().describe("The private key's passphrase, as one of the daemon's `credentials`."),
	identity_agent: text(/^(SSH_AUTH_SOCK|\/\P{Cc}+)$/u, "SSH_AUTH_SOCK or the absolute path of a socket")
		.optional()
		.describe("An SSH agent whose keys are tried: its socket, or SSH_AUTH_SOCK for what the environment names."),
	password: credential
		.optional()
		.describe("The password for the methods password and keyboard-interactive, as one of the daemon's `credentials`."),
};

const login = z.object(loginFields);

export function toLogin(written: z.output<typeof login>): LoginSpec {
	const { identity_file, identity, passphrase, identity_agent, password } = written;
	return {
		...(identity_file === undefined ? {} : { identityFile: identity_file }),
		...(identity === undefined ? {} : { identity }),
		...(passphrase === undefined ? {} : { passphrase }),
		...(identity_agent === undefined ? {} : { identityAgent: identity_agent }),
		...(password === undefined ? {} : { password }),
	};
}
