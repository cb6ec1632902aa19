import { createTransport } from "nodemailer";
import type { NoticeMessage } from "../model/notice.ts";
import type { Mail } from "../policy/notices-schema.ts";
import type { Sent } from "./sent.ts";

const TIMEOUT_MS = 10_000;

/** Writes to the people who are configured, in plain text. */
export async function sendMail(mail: Mail, password: string | null, message: NoticeMessage): Promise<Sent> {
	const transport = createTransport({
		host: mail.server,
		port: mail.port,
		secure: mail.security === "tls",
		requireTLS: mail.security === "starttls",
		ignoreTLS: mail.security === "none",
		connectionTimeout: TIMEOUT_MS,
		greetingTimeout: TIMEOUT_MS,
		socketTimeout: TIMEOUT_MS,
		disableFileAccess: true,
		disableUrlAccess: true,
		...(mail.user !== undefined && password !== null ? { auth: { user: mail.user, pass: password } } : {}),
	});
	try {
		await transport.sendMail({
			from: mail.from,
			to: [...mail.to],
			subject: subjectOf(message),
			text: textOf(message),
			messageId: `<${message.id}@${message.controller.replace(/[^A-Za-z0-9.-]/g, "-")}>`,
		});
		return { kind: "sent" };
	} catch (error) {
		const { responseCode, code } = error as { readonly responseCode?: number; readonly code?: string };
		// A password can be mended while what waits is still news.
		return { kind: "failed", why: String(error), isForGood: (responseCode ?? 0) >= 500 && code !== "EAUTH" };
	} finally {
		transport.close();
	}
}

function subjectOf({ notices }: NoticeMessage): string {
	const [first] = notices;
	const more = notices.length > 1 ? ` (and ${notices.length - 1} more)` : "";
	return `fleetseed: ${(first?.summary ?? "").slice(0, 150)}${more}`;
}

function textOf({ notices, dropped, controller }: NoticeMessage): string {
	const lines = notices.map(({ at, kind, summary }) => `${at}  ${kind}\n${summary}\n`);
	const lost = dropped > 0 ? [`${dropped} notices before these were lost: too many were waiting.\n`] : [];
	return [...lines, ...lost, `-- \nfleetseed on ${controller}`].join("\n");
}
