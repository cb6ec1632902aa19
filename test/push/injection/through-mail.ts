import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { stringify } from "yaml";
import { NOTICE_KINDS, type NoticeMessage } from "../../../src/model/notice.ts";
import { sendMail } from "../../../src/notify/send-mail.ts";
import type { Mail } from "../../../src/policy/notices-schema.ts";
import { parseSettings } from "../../../src/policy/parse-settings.ts";
import { payloads } from "./payloads.ts";

const TO = "ops@example.org";
const FROM = "fleetseed@example.org";
/** Whom no payload may write to, nor name in a header of its own. */
const STRANGER = "stranger@example.net";
const HEADERS = "Content-Transfer-Encoding Content-Type Date From MIME-Version Message-ID Subject To".split(" ");

export interface Mailed {
	/** By field: how many payloads went through it, in mails that a server took. */
	readonly sent: Readonly<Record<string, number>>;
	/** By field: how many could not be configured. */
	readonly refused: Readonly<Record<string, number>>;
	/** Payloads after which a mail had other headers, another sender or another receiver than those that are configured. */
	readonly differing: readonly string[];
}

interface Taken {
	readonly from: string;
	readonly to: readonly string[];
	readonly head: string;
}

/** Sends payloads, alone and around a header of their own, in everything that a mail is made of, to a real server. */
export async function injectThroughMail(count: number, send = sendMail, seed = 1): Promise<Mailed> {
	const taken: Taken[] = [];
	const server = serverFor(taken);
	await once(server.listen(0, "127.0.0.1"), "listening");
	const port = (server.server.address() as AddressInfo).port;
	const differing: string[] = [];
	const mailed = async (
		payload: string,
		{ from = FROM, to = [TO] }: Partial<Mail>,
		message: Partial<NoticeMessage>,
	) => {
		const mail = { from, to, server: "127.0.0.1", port, security: "none", events: NOTICE_KINDS } as const;
		const told = await send({ kind: "mail", name: "ops", ...mail }, null, { ...plain(), ...message });
		if (told.kind !== "sent" || !isAsConfigured(taken.pop(), { from, to })) differing.push(payload);
	};
	const all = payloads(count, "canary", seed).flatMap((payload) => [payload, `x\r\nBcc: ${STRANGER}\r\n${payload}`]);
	const sent = { summary: all.length, controller: all.length, from: 0, to: 0 };
	try {
		for (const payload of all) {
			await mailed(payload, {}, { notices: [{ ...notice(), summary: payload }], controller: payload });
			for (const field of ["from", "to"] as const) {
				const address = `${payload}@example.org`;
				if (isRefused(field, address)) continue;
				sent[field]++;
				await mailed(payload, field === "from" ? { from: address } : { to: [address] }, {});
			}
		}
	} finally {
		server.close();
	}
	return { sent, refused: { from: all.length - sent.from, to: all.length - sent.to }, differing };
}

function serverFor(taken: Taken[]): SMTPServer {
	return new SMTPServer({
		authOptional: true,
		disabledCommands: ["STARTTLS", "AUTH"],
		onData: async (stream, { envelope }, answer) => {
			const chunks: Buffer[] = [];
			for await (const chunk of stream) chunks.push(chunk as Buffer);
			const [head = ""] = Buffer.concat(chunks).toString().split("\r\n\r\n");
			const from = envelope.mailFrom ? envelope.mailFrom.address : "";
			taken.push({ from, to: envelope.rcptTo.map(({ address }) => address), head });
			answer();
		},
	});
}

/** A line that begins with a blank goes on with the header before it (RFC 5322, section 2.2.3). */
function isAsConfigured(mail: Taken | undefined, { from, to }: Pick<Mail, "from" | "to">): boolean {
	if (!mail) return false;
	const names = mail.head.split("\r\n").flatMap((line) => (/^[ \t]/.test(line) ? [] : [line.replace(/:.*$/s, "")]));
	const isSame = (one: readonly string[], other: readonly string[]) => JSON.stringify(one) === JSON.stringify(other);
	return isSame(names.sort(), HEADERS) && mail.from === from && isSame(mail.to, to);
}

function isRefused(field: "from" | "to", address: string): boolean {
	const sound = { name: "ops", server: "mail.example.org", from: FROM, to: [TO] };
	const mail = { ...sound, [field]: field === "to" ? [address] : address };
	return (
		"problems" in parseSettings(stringify({ version: 1, policies: "policies", notices: { mail: [mail] } }), "file")
	);
}

function plain(): NoticeMessage {
	return { id: "a1", controller: "controller", dropped: 0, notices: [notice()] };
}

function notice() {
	const at = "2026-11-23T02:00:00.000Z";
	return { id: "a1", kind: "paused", at, policy: null, rollout: null, machine: null, summary: "paused" } as const;
}
