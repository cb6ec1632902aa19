import type { Readable } from "node:stream";
import ssh2, { type ClientChannel } from "ssh2";
import { AS_LOGGED_IN, type Becoming, type Elevation, elevations } from "./become.ts";
import { CappedBuffer } from "./capped-buffer.ts";
import { type Failed, failed } from "./failed.ts";
import { type Connection, openConnection } from "./open-connection.ts";
import { quote } from "./quote.ts";
import { type Place, placeOf, sshFailure } from "./ssh-failure.ts";
import type { Target } from "./target.ts";

/** To look up a user, and to be refused: sudo waits two seconds after a wrong password. */
const BECOME_MS = 30_000;

export interface RunOptions {
	readonly timeoutMs: number;
	readonly signal: AbortSignal;
	/** A stream is read no faster than the machine takes it, and ends with the command. */
	readonly stdin?: Uint8Array | Readable;
	/** Of each of stdout and stderr; what comes after is read and dropped. */
	readonly maxOutputBytes: number;
}

export interface Ran {
	readonly kind: "ran";
	/** Undefined: a signal ended the command. */
	readonly exitCode: number | undefined;
	readonly stdout: Buffer;
	readonly stderr: Buffer;
}

/** One SSH connection to one machine, with as many commands at a time as its sshd permits (MaxSessions 10). */
export class Session {
	readonly #place: Place;
	readonly #connection: Connection;
	#isAlive = true;
	#elevation: Elevation = AS_LOGGED_IN;

	private constructor(place: Place, connection: Connection) {
		this.#place = place;
		this.#connection = connection;
		connection.client.once("close", () => {
			this.#isAlive = false;
		});
	}

	/** Errors: FS-SSH-*; FS-SSH-KEY when the private key cannot be used, FS-SSH-BECOME when the user cannot become the other one. */
	static async connect(target: Target, signal: AbortSignal): Promise<Session | Failed> {
		const unusable = checkPrivateKey(target);
		if (unusable) return unusable;
		const connection = await openConnection(target, signal);
		if (!("client" in connection)) return connection;
		const session = new Session(target, connection);
		const refused = target.become ? await session.#become(target, target.become, signal) : null;
		if (refused) session.stop();
		return refused ?? session;
	}

	/** Finds the way that works, which is used for every command from then on. */
	async #become({ machine, user }: Target, becoming: Becoming, signal: AbortSignal): Promise<Failed | null> {
		let said = "";
		for (const elevation of elevations(becoming)) {
			this.#elevation = elevation;
			const ran = await this.run(["true"], { signal, timeoutMs: BECOME_MS, maxOutputBytes: 4_096 });
			if (ran.kind === "failed") return ran;
			if (ran.exitCode === 0) return null;
			said = ran.stderr.toString("utf8").trimEnd().split("\n").at(-1)?.slice(0, 200) ?? "";
		}
		const how = `${user} does not become ${becoming.user} by ${becoming.method}`;
		return failed("FS-SSH-BECOME", `${machine}: ${how}${said === "" ? "" : `: ${said}`}`);
	}

	get isAlive(): boolean {
		return this.#isAlive;
	}

	get localAddress(): string {
		return this.#connection.localAddress;
	}

	stop(): void {
		this.#isAlive = false;
		this.#connection.close();
	}

	/**
	 * Runs a command at the machine. Errors: FS-SSH-LOST after timeoutMs, when the connection ends first or the signal aborts;
	 * the command may go on at the machine.
	 */
	async run(argv: readonly string[], options: RunOptions): Promise<Ran | Failed> {
		const lost = sshFailure(this.#place, new Error("lost"));
		if (!this.#isAlive || options.signal.aborted) return lost;
		const { promise, resolve } = Promise.withResolvers<Ran | Failed>();
		const detail = `${this.#place.machine}: a command gave no answer in time (${placeOf(this.#place)})`;
		const timedOut = failed("FS-SSH-LOST", detail);
		const timer = setTimeout(() => resolve(timedOut), options.timeoutMs);
		const abort = () => resolve(lost);
		options.signal.addEventListener("abort", abort, { once: true });
		this.#connection.client.once("close", abort);
		let channel: ClientChannel | null = null;
		const { argv: prefix, firstLine } = this.#elevation;
		this.#exec(quote([...prefix, ...argv]), (opened) => {
			if (!opened) return resolve(lost);
			channel = opened;
			receive(opened, options.maxOutputBytes, (ran) => resolve(ran ?? lost));
			if (firstLine !== null) opened.write(`${firstLine}\n`);
			feed(opened, options.stdin);
		});
		const answer = await promise;
		clearTimeout(timer);
		options.signal.removeEventListener("abort", abort);
		this.#connection.client.off("close", abort);
		if (answer.kind === "failed") (channel as ClientChannel | null)?.close();
		if (options.stdin && "destroy" in options.stdin) options.stdin.destroy();
		return answer;
	}

	/** ssh2 throws where the socket has ended and 'close' is still to come. */
	#exec(commandLine: string, done: (channel: ClientChannel | null) => void): void {
		try {
			this.#connection.client.exec(commandLine, (error, channel) => done(error ? null : channel));
		} catch (error) {
			if (!(error instanceof Error) || error.message !== "Not connected") throw error;
			this.#isAlive = false;
			done(null);
		}
	}
}

/** A stream that breaks leaves the command without the rest of its input: the channel is closed under it. */
function feed(channel: ClientChannel, stdin: Uint8Array | Readable | undefined): void {
	if (!stdin || !("pipe" in stdin)) channel.end(stdin ? Buffer.from(stdin) : undefined);
	else if (stdin.destroyed) channel.close();
	else stdin.on("error", () => channel.close()).pipe(channel);
}

/** Null: the channel closed without an exit status, so what became of the command is not known. */
function receive(channel: ClientChannel, maxOutputBytes: number, done: (ran: Ran | null) => void): void {
	const stdout = new CappedBuffer(maxOutputBytes);
	const stderr = new CappedBuffer(maxOutputBytes);
	let exitCode: number | null | undefined;
	channel.on("data", (chunk: Buffer) => stdout.add(chunk));
	channel.stderr.on("data", (chunk: Buffer) => stderr.add(chunk));
	channel.on("exit", (code: number | null) => {
		exitCode = code;
	});
	// A command that ends before it has read its input closes the channel under our write.
	channel.on("error", () => channel.close());
	channel.on("close", () => {
		if (exitCode === undefined) return done(null);
		done({ kind: "ran", exitCode: exitCode ?? undefined, stdout: stdout.bytes(), stderr: stderr.bytes() });
	});
}

function checkPrivateKey({ machine, privateKey }: Target): Failed | null {
	const parsed = ssh2.utils.parseKey(privateKey);
	const key = Array.isArray(parsed) ? parsed[0] : parsed;
	if (key instanceof Error) return failed("FS-SSH-KEY", `${machine}: our private key cannot be used: ${key.message}`);
	return key?.isPrivateKey() ? null : failed("FS-SSH-KEY", `${machine}: the file for our private key holds none`);
}
