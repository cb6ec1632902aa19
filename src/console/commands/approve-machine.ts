import { ERROR_CODES } from "../../model/error-codes.ts";
import type { HostKey } from "../../model/machine.ts";
import { hostKey, machineRow } from "../answers/machines.ts";
import type { Client } from "../client.ts";
import { EXIT } from "../exit-codes.ts";
import { comparison, isAnotherKey, keyText } from "../host-key-text.ts";
import { printable } from "../printable.ts";
import { ask } from "./ask.ts";
import { type Context, type JsonOption, operatorName, segment, withClient } from "./context.ts";

export interface ApproveOptions extends JsonOption {
	readonly fingerprint?: string;
	readonly yes?: boolean;
}

/** Pins the key that the machine shows now, when the operator has named it or says yes to it. */
export async function approveMachine(context: Context, name: string, options: ApproveOptions): Promise<void> {
	const { terminal, exit } = context;
	await withClient(context, async (client) => {
		const shown = await client.get(`machines/${segment(name)}/host-key`, hostKey);
		const refusal = await refuse({ context, client, name, shown }, options);
		if (refusal !== null) return exit(refusal);
		await client.post(`machines/${segment(name)}/approve`, { by: operatorName(), host_key: shown });
		if (options.json) terminal.printJson({ machine: name, host_key: shown });
		else terminal.print(`${printable(name)} approved: ${keyText(shown)}`);
	});
}

interface Approval {
	readonly context: Context;
	readonly client: Client;
	readonly name: string;
	readonly shown: HostKey;
}

/** null: go on. Else the exit code, with the reason told. */
async function refuse(approval: Approval, { fingerprint, yes, json }: ApproveOptions): Promise<number | null> {
	const { context, name, shown } = approval;
	const { terminal } = context;
	if (fingerprint !== undefined && fingerprint !== shown.fingerprint) {
		const message = `${name} shows ${keyText(shown)}, not ${fingerprint}; it is not approved`;
		terminal.complain({ code: "FS-MACHINE-FINGERPRINT", message, hint: ERROR_CODES["FS-MACHINE-FINGERPRINT"] });
		return EXIT.badNews;
	}
	if (fingerprint !== undefined || yes) return null;
	const saw = await describe(approval);
	if (!terminal.isInteractive || json) {
		const hint = `${compare(shown)}, then: fleetseed machines approve ${printable(name)} --fingerprint ${shown.fingerprint}`;
		terminal.complain({ code: "FS-MACHINE-FINGERPRINT", message: saw.join("; "), hint });
		return EXIT.usage;
	}
	const said = [...saw, `${compare(shown)}.`].map(printable).join("\n");
	if (await ask(`${said}\nPin this key? [y/N] `)) return null;
	terminal.advise("not approved; nothing is changed");
	return EXIT.badNews;
}

/** The key that is shown, and that another was pinned before. */
async function describe({ client, name, shown }: Approval): Promise<readonly string[]> {
	const { host_keys } = await client.get(`machines/${segment(name)}`, machineRow);
	const before = `ANOTHER key was pinned before: ${host_keys.join(", ")}. Unless the machine was rebuilt, something else may answer in its place`;
	return [`${name} shows ${keyText(shown)}`, ...(isAnotherKey(shown, host_keys) ? [before] : [])];
}

function compare(shown: HostKey): string {
	return `Compare it with the machine's own (${comparison(shown)})`;
}
