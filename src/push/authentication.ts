import ssh2, { type AnyAuthMethod, type BaseAgent, type ParsedKey } from "ssh2";
import { type Failed, failed } from "./failed.ts";
import type { Handshake } from "./handshake.ts";
import { hostKeyOf } from "./host-keys.ts";
import type { Login } from "./target.ts";

type Way = "key" | "agent" | "password";

/** The method of each way in RFC 4252 and RFC 4256, the preferred one first. */
const METHODS = {
	key: ["publickey"],
	agent: ["publickey"],
	password: ["password", "keyboard-interactive"],
} as const satisfies Record<Way, readonly string[]>;

/** More than a controller has at a time. */
const MAX_PARSED = 16;

/** By text and passphrase. A passphrase is made slow to try (bcrypt_pbkdf): a third of a second in which nothing else goes on, here. */
const parsed = new Map<string, ParsedKey | Error | undefined>();

function parseKey(privateKey: string, passphrase: string | undefined): ParsedKey | Error | undefined {
	const given = JSON.stringify([privateKey, passphrase]);
	if (!parsed.has(given)) {
		const [oldest] = parsed.keys();
		if (oldest !== undefined && parsed.size === MAX_PARSED) parsed.delete(oldest);
		const key = ssh2.utils.parseKey(privateKey, passphrase);
		parsed.set(given, Array.isArray(key) ? key[0] : key);
	}
	return parsed.get(given);
}

/** Errors: FS-SSH-KEY, FS-SSH-PASSPHRASE. Null: there is no private key. */
export function readPrivateKey(machine: string, login: Login): ParsedKey | Failed | null {
	if (login.privateKey === undefined) return null;
	const key = parseKey(login.privateKey, login.passphrase);
	if (key instanceof Error) {
		const isLocked = /passphrase|integrity check/i.test(key.message);
		const code = isLocked ? "FS-SSH-PASSPHRASE" : "FS-SSH-KEY";
		return failed(code, `${machine}: our private key cannot be used: ${key.message}`);
	}
	return key?.isPrivateKey() ? key : failed("FS-SSH-KEY", `${machine}: the file for our private key holds none`);
}

/** One login: says what to try next, by what is left to try and by what the machine takes; false when nothing is. */
export class Authentication {
	readonly #user: string;
	readonly #login: Login;
	readonly #key: ParsedKey | null;
	readonly #seen: Handshake;
	readonly #pending: Way[];

	constructor({ user, login, key, seen }: AuthenticationOptions) {
		this.#user = user;
		this.#login = login;
		this.#key = key ? noting(key, seen) : null;
		this.#seen = seen;
		const isGiven = { key: key !== null, agent: login.agent !== undefined, password: login.password !== undefined };
		this.#pending = (["key", "agent", "password"] as const).filter((way) => isGiven[way]);
	}

	/** As ssh2's authHandler: `left` is null before the machine has said what it takes. */
	next(left: readonly string[] | null, isPartial: boolean): AnyAuthMethod | false {
		const seen = this.#seen;
		seen.methods = left;
		seen.isPartial = isPartial;
		seen.isProven = false;
		const takes = (way: Way) => METHODS[way].find((method) => left === null || left.includes(method));
		const at = this.#pending.findIndex((way) => takes(way) !== undefined);
		const way = this.#pending[at];
		if (way === undefined) return false;
		// Not asked blindly: a wrong method counts as a failure at sshd.
		if (left === null && way === "password") return { type: "none", username: this.#user };
		this.#pending.splice(at, 1);
		seen.tried.add(way);
		return this.#by(way, takes(way) === "keyboard-interactive");
	}

	#by(way: Way, isInteractive: boolean): AnyAuthMethod | false {
		const username = this.#user;
		const { agent = "", password = "" } = this.#login;
		if (way === "key") {
			if (this.#key === null) return false;
			this.#seen.offered.add(nameOf(this.#key));
			return { type: "publickey", username, key: this.#key };
		}
		if (way === "agent") return { type: "agent", username, agent: tellingAgent(agent, this.#seen) };
		this.#seen.isProven = true;
		if (!isInteractive) return { type: "password", username, password };
		// Only what is not echoed is the password; nobody is there to answer anything else.
		const answers = (prompts: readonly { readonly echo?: boolean }[]) =>
			prompts.map(({ echo }) => (echo ? "" : password));
		return {
			type: "keyboard-interactive",
			username,
			prompt: (_name, _instructions, _language, prompts, finish) => finish([...answers(prompts)]),
		};
	}
}

export interface AuthenticationOptions {
	readonly user: string;
	readonly login: Login;
	readonly key: ParsedKey | null;
	readonly seen: Handshake;
}

function nameOf(key: ParsedKey): string {
	const { type, fingerprint } = hostKeyOf(key.getPublicSSH());
	return `${type} ${fingerprint}`;
}

/** Every key of an agent is shown to the machine, unless it takes one before. */
function tellingAgent(socket: string, seen: Handshake): BaseAgent {
	const agent = ssh2.createAgent(socket);
	const list = agent.getIdentities.bind(agent);
	agent.getIdentities = (done) =>
		list((error, keys) => {
			for (const key of keys ?? [])
				if (typeof key === "object" && "getPublicSSH" in key) seen.offered.add(nameOf(key as ParsedKey));
			done(error, keys);
		});
	return agent;
}

/** A signature is asked for only once the machine knows the key (SSH_MSG_USERAUTH_PK_OK). */
function noting(key: ParsedKey, seen: Handshake): ParsedKey {
	const sign: ParsedKey["sign"] = (data, algorithm) => {
		seen.isProven = true;
		return key.sign(data, algorithm);
	};
	return Object.assign(Object.create(key), { sign });
}
