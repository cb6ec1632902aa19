import { request } from "undici";
import type { NoticeMessage } from "../model/notice.ts";
import { renderTemplate } from "../policy/notice-template.ts";
import type { Webhook } from "../policy/notices-schema.ts";
import type { Sent } from "./sent.ts";
import { signature } from "./sign.ts";

const TIMEOUT_MS = 10_000;
const ANSWER_LIMIT_BYTES = 64 * 1024;

/** Answers of these are for a while, a secret that is mended among them; other 4xx are for good. */
const FOR_A_WHILE = new Set([401, 403, 408, 425, 429]);

/** Posts the message, signed, to the one address that is configured: redirections are answers like any other, and not followed. */
export async function sendWebhook(webhook: Webhook, secret: string, message: NoticeMessage): Promise<Sent> {
	const body = webhook.template === undefined ? JSON.stringify(message) : renderTemplate(webhook.template, message);
	const headers = {
		"content-type": "application/json",
		"user-agent": "fleetseed",
		"fleetseed-message": message.id,
		"fleetseed-signature": signature(secret, body, Math.floor(Date.now() / 1000)),
	};
	try {
		const signal = AbortSignal.timeout(TIMEOUT_MS);
		const { statusCode, body: answer } = await request(webhook.url, { method: "POST", headers, body, signal });
		await answer.dump({ limit: ANSWER_LIMIT_BYTES }).catch(() => undefined);
		if (statusCode >= 200 && statusCode < 300) return { kind: "sent" };
		const isForGood = statusCode >= 300 && statusCode < 500 && !FOR_A_WHILE.has(statusCode);
		return { kind: "failed", why: `answered ${statusCode}`, isForGood };
	} catch (error) {
		return { kind: "failed", why: String(error), isForGood: false };
	}
}
