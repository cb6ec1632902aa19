import { z } from "zod";
import type { ErrorCode } from "../model/error-codes.ts";
import { NOTICE_KINDS, type NoticeKind } from "../model/notice.ts";
import { expects } from "./expectation.ts";
import { freeText, name, port, text } from "./fields.ts";
import { mapping, rule } from "./mapping.ts";
import { templateFault } from "./notice-template.ts";

export interface Webhook {
	readonly kind: "webhook";
	readonly name: string;
	readonly url: string;
	/** The credential that messages are signed with. */
	readonly secret: string;
	readonly events: readonly NoticeKind[];
	readonly template?: string;
}

export interface Mail {
	readonly kind: "mail";
	readonly name: string;
	readonly server: string;
	readonly port: number;
	readonly security: "starttls" | "tls" | "none";
	readonly user?: string;
	/** A credential. */
	readonly password?: string;
	readonly from: string;
	readonly to: readonly string[];
	readonly events: readonly NoticeKind[];
}

/** Where notices go. */
export type Sink = Webhook | Mail;

const FS_REQUIRED: ErrorCode = "FS-POLICY-REQUIRED";
const PLAIN_URL = /^https?:\/\/(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:]+\])(?::\d{1,5})?(?:[/?][^\s#\p{Cc}]*)?$/u;
const URL_FORM = "a URL that starts with https:// or http://, without a user or a fragment";
const ADDRESS = text(/^[^\s@<>,;:"]{1,64}@[A-Za-z0-9.-]{1,253}$/, "a mail address such as ops@example.org");

const events = z
	.array(z.enum(NOTICE_KINDS, `one of ${NOTICE_KINDS.join(", ")}`))
	.min(1, "at least one kind")
	.default([...NOTICE_KINDS])
	.describe(`Which notices: ${NOTICE_KINDS.join(", ")}. Default: all.`);

const sinkName = name.describe("What logs, metrics and `fleetseed notify test` call it.");

const webhook = mapping({
	name: sinkName,
	url: text(PLAIN_URL, URL_FORM).describe("Where messages are posted. Redirections are not followed."),
	secret: name.describe("The key that messages are signed with (HMAC-SHA256), as one of `credentials`."),
	events,
	template: freeText
		.superRefine((template, context) => {
			const fault = templateFault(template);
			if (fault) context.addIssue({ code: "custom", message: expects(fault, "FS-CONFIG") });
		})
		.optional()
		.describe("The body as a Mustache template that makes JSON of a message. Default: the message itself."),
});

interface Login {
	readonly user?: unknown;
	readonly password?: unknown;
}

const mail = mapping({
	name: sinkName,
	server: text(/^[A-Za-z0-9:][A-Za-z0-9.:-]{0,254}$/, "an IP address or a host name").describe("The mail server."),
	port: port.default(587).describe("Its TCP port."),
	security: z
		.enum(["starttls", "tls", "none"], "starttls, tls or none")
		.default("starttls")
		.describe("starttls: never without it; tls: from the first byte; none: in the clear."),
	user: text(/^\P{Cc}{1,255}$/u, "a name")
		.optional()
		.describe("Who logs in. Default: nobody does."),
	password: name.optional().describe("The user's password, as one of `credentials`."),
	from: ADDRESS.describe("The sender's address."),
	to: z.array(ADDRESS).min(1, "at least one address").describe("Who is written to."),
	events,
}).check(
	rule<Login>(["user", "password"], ({ user, password }) =>
		(user === undefined) === (password === undefined)
			? []
			: [{ path: [], expected: "user and password together, or neither", code: FS_REQUIRED }],
	),
);

interface Written {
	readonly webhooks: readonly { readonly name: string }[];
	readonly mail: readonly { readonly name: string }[];
}

export const noticesSchema = mapping({
	webhooks: z.array(webhook).default([]).describe("Programs that are told over HTTP."),
	mail: z.array(mail).default([]).describe("People who are written to."),
}).check(
	rule<Written>(["name"], ({ webhooks, mail }) => {
		const seen = new Set<string>();
		const twins = (key: "webhooks" | "mail", items: Written["mail"]) =>
			items.flatMap(({ name }, index) => {
				const isTwin = seen.has(name);
				seen.add(name);
				return isTwin
					? [{ path: [key, index, "name"], expected: "a name that no other has", code: "FS-POLICY-DUPLICATE" as const }]
					: [];
			});
		return [...twins("webhooks", webhooks), ...twins("mail", mail)];
	}),
);

export function toSinks({ webhooks, mail }: z.output<typeof noticesSchema>): readonly Sink[] {
	return [
		...webhooks.map(({ template, ...rest }): Sink => {
			return { kind: "webhook", ...rest, ...(template === undefined ? {} : { template }) };
		}),
		...mail.map(({ user, password, ...rest }): Sink => {
			return {
				kind: "mail",
				...rest,
				...(user === undefined ? {} : { user }),
				...(password === undefined ? {} : { password }),
			};
		}),
	];
}
