import { createHash } from "node:crypto";
import type { FastifyReply } from "fastify";

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { display: grid; place-items: center; min-height: 100vh; margin: 0; }
form { display: grid; gap: 0.75rem; width: min(26rem, 90vw); }
h1 { font-size: 1.4rem; margin: 0; }
p { margin: 0; }
input, button { font: inherit; padding: 0.5rem; }
`;

/** The only style that is not in a file of ours, by its digest, for the content security policy. */
export const LOGIN_STYLE_SOURCE = `'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`;

/** `refusal`: why the token, or another one, does not count now. */
export function sendLoginPage(reply: FastifyReply, status: number, refusal: string | null): FastifyReply {
	return reply.code(status).type("text/html; charset=utf-8").serializer(String).send(loginPage(refusal));
}

/**
 * What a browser without a token is shown, and one whose token was refused; it works without scripts. The form goes to the address of
 * the page itself: the browser keeps what follows its #, and leads there once the token counts.
 */
function loginPage(refusal: string | null): string {
	return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>fleetseed: log in</title><style>${STYLE}</style></head>
<body>
<main>
<form method="post">
<h1>fleetseed</h1>
${refusal === null ? "" : `<p role="alert"><b>${refusal}</b></p>`}
<label for="token">Your token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button>Log in</button>
<p>An administrator makes one on the controller: <code>fleetseed token create NAME --role operator</code>. A viewer looks, an operator
steers, an approver lets machines and policies in, an admin does all of it.</p>
</form>
</main>
</body>
</html>
`;
}
