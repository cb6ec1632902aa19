import { IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from "node:http";
import { Socket } from "node:net";
import helmet from "helmet";
import { LOGIN_STYLE_SOURCE } from "./login-page.ts";

/**
 * What each answer tells browsers: pages run our own files and nothing else, and nothing of ours is shown inside a page of others.
 * helmet is asked once: with each request anew it takes longer than most answers.
 */
export function protectiveHeaders(isSecure: boolean): OutgoingHttpHeaders {
	const response = new ServerResponse(new IncomingMessage(new Socket()));
	const apply = helmet({
		contentSecurityPolicy: { useDefaults: false, directives: directives() },
		// Without any referrer a browser says `Origin: null` of our own login form, which is what a stranger's page says, too.
		referrerPolicy: { policy: "same-origin" },
		frameguard: { action: "deny" },
		hsts: isSecure,
	});
	apply(response.req, response, (error?: unknown) => {
		if (error) throw error;
	});
	return response.getHeaders();
}

function directives() {
	const self = ["'self'"];
	return {
		defaultSrc: ["'none'"],
		scriptSrc: self,
		styleSrc: ["'self'", LOGIN_STYLE_SOURCE],
		imgSrc: self,
		connectSrc: self,
		formAction: self,
		baseUri: ["'none'"],
		frameAncestors: ["'none'"],
		requireTrustedTypesFor: ["'script'"],
	};
}
