import { readFile } from "node:fs/promises";
import type { Failure } from "../model/failure.ts";
import type { Become, Policy } from "../model/policy.ts";
import type { Settings } from "../policy/parse-settings.ts";
import type { Becoming } from "../push/become.ts";
import { publicKeyOf } from "../push/key-pair.ts";
import type { Target } from "../push/target.ts";
import type { Ledger } from "./ledger.ts";

/** How a policy reaches its machines. */
export type Access = Pick<Policy, "ssh" | "become">;

interface Knowledge {
	readonly ledger: Ledger;
	readonly settings: Settings;
}

/** Where and who the machine is, and how the policy reaches it. Errors: FS-MACHINE-UNKNOWN, FS-SSH-HOSTKEY, -KEY, -BECOME. */
export async function targetFor(
	{ ledger, settings }: Knowledge,
	name: string,
	policy: Access,
): Promise<Target | Failure> {
	const machine = ledger.fleet.machines.get(name);
	if (!machine) return { code: "FS-MACHINE-UNKNOWN", detail: `${name} was forgotten` };
	const { trust } = machine;
	if (trust.kind !== "approved") return { code: "FS-SSH-HOSTKEY", detail: `${name} is not approved` };
	const identityFile = policy.ssh.identityFile ?? settings.ssh.identityFile;
	const privateKey = await readFile(identityFile, "utf8").catch(
		(error: Error): Failure => ({ code: "FS-SSH-KEY", detail: error.message }),
	);
	if (typeof privateKey !== "string") return privateKey;
	if (publicKeyOf(privateKey) === null)
		return { code: "FS-SSH-KEY", detail: `${identityFile} holds no private key that can be used without a passphrase` };
	const become = policy.become ? await becomingOf(policy.become, settings) : undefined;
	if (become && "code" in become) return become;
	return {
		machine: name,
		address: machine.address,
		port: policy.ssh.port ?? machine.port,
		user: policy.ssh.user,
		hostKeys: trust.hostKeys,
		connectTimeoutMs: policy.ssh.connectTimeoutMs,
		privateKey,
		...(become ? { become } : {}),
	};
}

/** With the password, where the daemon's configuration names one. */
async function becomingOf(become: Become, settings: Settings): Promise<Becoming | Failure> {
	const file = settings.ssh.becomePasswordFile;
	if (file === undefined) return become;
	try {
		return { ...become, password: (await readFile(file, "utf8")).split("\n")[0] ?? "" };
	} catch (error) {
		return { code: "FS-SSH-BECOME", detail: (error as Error).message };
	}
}
