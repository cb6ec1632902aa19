import { parseArgs } from "node:util";
import { inject } from "./inject.ts";
import { injectThroughMail } from "./through-mail.ts";
import { injectThroughDaemon } from "./through-the-daemon.ts";

/** Through a daemon: all are labels of one machine. */
const MOST_LABELS = 500;
/** Each takes a connection to a mail server. */
const MOST_MAILS = 500;

/** `npm run campaign:injection -- --payloads 5000 --seed 1`, or a part of it by `--shell "zsh --emulate sh"`: exit 0 only when no payload did anything and each came out as it went in. */
const { values } = parseArgs({
	options: {
		payloads: { type: "string", default: "5000" },
		seed: { type: "string", default: "1" },
		shell: { type: "string" },
	},
});
const only = values.shell === undefined ? {} : { only: values.shell };
const injected = await inject(Number(values.payloads), { seed: Number(values.seed), ...only });
if (injected.shells.length === 0) throw new Error(`no such shell is here: ${values.shell}`);
const sent = await injectThroughDaemon(Math.min(Number(values.payloads), MOST_LABELS), Number(values.seed));
const mail = await injectThroughMail(Math.min(Number(values.payloads), MOST_MAILS), undefined, Number(values.seed));
const [canaries, differing] = [
	[...injected.canaries, ...sent.canaries],
	[...injected.differing, ...sent.differing, ...mail.differing],
];
const throughDaemon = { sent: sent.sent, refused: sent.refused };
const throughMail = { sent: mail.sent, refused: mail.refused };
const shown = { ...injected, throughDaemon, throughMail, canaries: canaries.length, differing: differing.slice(0, 20) };
console.log(JSON.stringify(shown, null, 1));
process.exitCode = canaries.length === 0 && differing.length === 0 ? 0 : 1;
