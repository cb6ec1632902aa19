import type { Readable } from "node:stream";
import type { ClientChannel, SFTPWrapper } from "ssh2";
import { AS_LOGGED_IN, type Becoming, becomeCode, type Elevation, elevations } from "./become.ts";
import { CappedBuffer } from "./capped-buffer.ts";
import { Channels, type Unopened } from "./channels.ts";
import { forKeptShell, keptShell } from "./commands/script.ts";
import { type Failed, failed } from "./failed.ts";
import { KeptShells } from "./kept-shells.ts";
import { oneLine } from "./one-line.ts";
import { type Connection, type Dial, openConnection } from "./open-connection.ts";
import { quote } from "./quote.ts";
import type { Ran, RunOptions } from "./ran.ts";
import { type Place, placeOf, type SshError, sshFailure } from "./ssh-failure.ts";
import type { Target } from "./target.ts";
import { Shim } from "./windows/shim.ts";

/** To look up a user, and to be refused: sudo waits two seconds after a wrong password. */
const BECOME_MS = 30_000;
const SHELL_MS = 30_000;
const SFTP_MS = 60_000;
const SHELL_ANSWER = "fleetseed-shell";

type Begin = (over: AbortSignal, end: (answer: Ran | Failed) => void) => () => void;

/** One SSH connection to one machine, with as many commands at a time as its sshd permits. */
export class Session {
	readonly #place: Place;
	readonly #connection: Connection;
	readonly #channels: Channels;
	readonly #shells: KeptShells;
	#isAlive = true;
	#isSilent = false;
	#isShellProven = false;
	#elevation: Elevation = AS_LOGGED_IN;
	#sftp: Promise<SFTPWrapper | Failed> | null = null;
	/** Null: the machine has a shell that runs our scripts. */
	readonly shim: Shim | null;

	private constructor(place: Place, connection: Connection) {
		this.#place = place;
		this.#connection = connection;
		this.shim = connection.isWindows ? new Shim(this, place.machine) : null;
		this.#channels = new Channels(connection.client, () => this.#shells.giveWay());
		this.#shells = new KeptShells(this.#channels);
		connection.client.on("error", ({ level }: SshError) => {
			if (level === "client-timeout") this.#isSilent = true;
		});
		connection.client.once("close", () => {
			this.#isAlive = false;
		});
	}

	/** Errors: FS-SSH-*, FS-BECOME-* when the user cannot become the other one. */
	static async connect(target: Target, signal: AbortSignal, dial?: Dial): Promise<Session | Failed> {
		const connection = await openConnection({ ...target, login: target }, signal, dial);
		if (!("client" in connection)) return connection;
		const session = new Session(target, connection);
		const refused = target.become && !session.shim ? await session.#become(target, target.become, signal) : null;
		if (refused) session.stop();
		return refused ?? session;
	}

	/** Finds the way that works, which is used for every command from then on. */
	async #become({ machine, user }: Target, becoming: Becoming, signal: AbortSignal): Promise<Failed | null> {
		let said = "";
		for (const { argv, firstLine } of elevations(becoming)) {
			// The words of the C locale are those that we know.
			this.#elevation = { argv: ["env", "LC_ALL=C", ...argv], firstLine };
			const ran = await this.run(["true"], { signal, timeoutMs: BECOME_MS, maxOutputBytes: 4_096 });
			if (ran.kind === "failed") return ran;
			this.#elevation = { argv, firstLine };
			if (ran.exitCode === 0) return null;
			said = oneLine(ran.stderr.toString("utf8").trimEnd().split("\n").at(-1) ?? "");
		}
		const how = `${user} does not become ${becoming.user} by ${becoming.method}`;
		return failed(becomeCode(said), `${machine}: ${how}${said === "" ? "" : `: ${said}`}`);
	}

	get isAlive(): boolean {
		return this.#isAlive && this.#connection.isOpen();
	}

	get localAddress(): string {
		return this.#connection.localAddress;
	}

	/** Null: it was reached through another machine. */
	get remoteAddress(): string | null {
		return this.#connection.remoteAddress;
	}

	stop(): void {
		this.#isAlive = false;
		this.#connection.close();
	}

	/**
	 * Runs a command at the machine. Errors: FS-SSH-LOST when the connection ends first or the signal aborts, FS-SSH-IDLE when the
	 * machine gave no sign of life, FS-SSH-COMMAND-TIMEOUT after timeoutMs (the command may go on at the machine in each case);
	 * FS-SSH-FLOOD when it says far more than is kept; FS-SSH-SESSIONS, FS-SSH-SHELL: it was not begun.
	 */
	async run(argv: readonly string[], options: RunOptions): Promise<Ran | Failed> {
		const { argv: prefix, firstLine } = this.#elevation;
		return this.#judged(await this.#exec(quote([...prefix, ...argv]), options, firstLine), options.signal);
	}

	/** As `run`, for one of our scripts without an input, in a shell that stays: the next one costs the machine a fraction. */
	async runScript(script: readonly string[], options: Omit<RunOptions, "stdin">): Promise<Ran | Failed> {
		const { argv: prefix, firstLine } = this.#elevation;
		const question = { text: forKeptShell(script), maxOutputBytes: options.maxOutputBytes };
		const ran = await this.#await(options, (signal, end) =>
			this.#shells.ask({
				...question,
				commandLine: quote([...prefix, ...keptShell()]),
				firstLine,
				signal,
				answered: (ran) => {
					this.#isShellProven = true;
					end(ran);
				},
				flooded: () => end(this.#flooded()),
				ended: (ran) => end(ran ?? this.#lost()),
				unopened: (why) => end(this.#unopened(why) ?? this.#lost()),
			}),
		);
		return this.#judged(ran, options.signal);
	}

	/** As `run`, but the line goes to the machine's shell as it is. */
	runLine(line: string, options: RunOptions): Promise<Ran | Failed> {
		return this.#exec(line, options, null);
	}

	/**
	 * The machine's files; one channel, which stays open as long as the connection. Errors: FS-SSH-SFTP, FS-SSH-LOST, FS-SSH-IDLE,
	 * FS-SSH-COMMAND-TIMEOUT after timeoutMs.
	 */
	sftp(timeoutMs = SFTP_MS): Promise<SFTPWrapper | Failed> {
		this.#sftp ??= this.#openSftp(timeoutMs);
		return this.#sftp;
	}

	async #openSftp(timeoutMs: number): Promise<SFTPWrapper | Failed> {
		const { client } = this.#connection;
		if (!this.isAlive) return this.#lost();
		const { promise, resolve } = Promise.withResolvers<SFTPWrapper | Failed>();
		const lost = () => resolve(this.#lost());
		client.once("close", lost);
		const timer = setTimeout(() => resolve(this.#tooLong(timeoutMs)), timeoutMs);
		try {
			client.sftp((error, sftp) => resolve(error ? this.#noSftp(error) : sftp));
		} catch {
			// ssh2 throws where the socket has ended and 'close' is still to come.
			lost();
		}
		const opened = await promise;
		client.off("close", lost);
		clearTimeout(timer);
		if ("kind" in opened) this.#sftp = null;
		// ssh2 never answers what is asked of a channel that has closed, which it can before the connection does.
		else
			opened.once("close", () => {
				this.#sftp = null;
			});
		return opened;
	}

	/** ssh2 answers with an error of its own, too, when the connection ends. */
	#noSftp({ message }: Error): Failed {
		const isRefused = /Channel open failure|Unable to start subsystem/.test(message);
		return isRefused ? this.#failed("FS-SSH-SFTP", "SSH offers no SFTP") : this.#lost();
	}

	/** Whoever logs in may have a shell that runs nothing: nologin(8), ForceCommand, an expired password. It says so and exits. */
	async #refusedByShell({ stdout, stderr }: Ran, signal: AbortSignal): Promise<Failed | null> {
		const options = { signal, timeoutMs: SHELL_MS, maxOutputBytes: 4_096 };
		const echoed = await this.#exec(quote(["echo", SHELL_ANSWER]), options, null);
		if (echoed.kind === "failed") return echoed;
		this.#isShellProven = echoed.stdout.toString("latin1").includes(SHELL_ANSWER);
		if (this.#isShellProven) return null;
		const said = oneLine(`${stdout.toString("utf8")} ${stderr.toString("utf8")}`);
		const what = said === "" ? "and says nothing" : `and says: ${said}`;
		const code = /password.*(expired|change)/i.test(said) ? "FS-SSH-EXPIRED" : "FS-SSH-SHELL";
		return this.#failed(code, `SSH let us in, but its shell runs no command ${what}`);
	}

	/** A machine that ran nothing yet may have a shell that never will. */
	async #judged(ran: Ran | Failed, signal: AbortSignal): Promise<Ran | Failed> {
		if (ran.kind === "failed" || this.#isShellProven) return ran;
		if (ran.exitCode !== 0) return (await this.#refusedByShell(ran, signal)) ?? ran;
		this.#isShellProven = ran.stdout.length > 0;
		return ran;
	}

	#exec(commandLine: string, options: RunOptions, firstLine: string | null): Promise<Ran | Failed> {
		const { stdin, maxOutputBytes } = options;
		const answer = this.#await(options, (over, end) => {
			let channel: ClientChannel | null = null;
			const begin = (opened: ClientChannel) => {
				channel = opened;
				if (over.aborted) return this.#channels.giveUp(opened);
				const flooded = () => end(this.#flooded());
				receive(opened, { maxOutputBytes, flooded, done: (ran) => end(ran ?? this.#lost()) });
				if (firstLine !== null) opened.write(`${firstLine}\n`);
				feed(opened, stdin);
			};
			void this.#channels.open({ commandLine, signal: over, begin }).then((unopened) => {
				if (unopened !== null) end(this.#unopened(unopened) ?? this.#lost());
			});
			return () => channel && this.#channels.giveUp(channel);
		});
		return answer.finally(() => {
			if (stdin && "destroy" in stdin) stdin.destroy();
		});
	}

	/** Begins something at the machine and waits for its end; what `begin` gives back gives it up. */
	async #await({ signal, timeoutMs }: Pick<RunOptions, "signal" | "timeoutMs">, begin: Begin): Promise<Ran | Failed> {
		if (!this.isAlive || signal.aborted) return this.#lost();
		const { promise, resolve } = Promise.withResolvers<Ran | Failed>();
		const over = new AbortController();
		const end = (answer: Ran | Failed) => {
			resolve(answer);
			// With a reason of our own: the one that abort() makes carries a stack, for each command.
			over.abort(answer);
		};
		const timer = setTimeout(() => end(this.#tooLong(timeoutMs)), timeoutMs);
		const abort = () => end(this.#lost());
		signal.addEventListener("abort", abort, { once: true });
		this.#connection.client.once("close", abort);
		const giveUp = begin(over.signal, end);
		const answer = await promise;
		clearTimeout(timer);
		signal.removeEventListener("abort", abort);
		this.#connection.client.off("close", abort);
		if (answer.kind === "failed") giveUp();
		return answer;
	}

	/** A session that sshd refuses although none is open is held by a command that we gave up; another connection has its own count. */
	#unopened(unopened: Unopened): Failed | null {
		if (unopened === "no_exec") return this.#failed("FS-SSH-SHELL", "SSH let us in, but runs no command");
		if (unopened !== "refused") return null;
		this.stop();
		return this.#failed("FS-SSH-SESSIONS", "SSH permits no session on the connection");
	}

	#tooLong(timeoutMs: number): Failed {
		return this.#failed("FS-SSH-COMMAND-TIMEOUT", `a command gave no answer in ${timeoutMs / 1000} s`);
	}

	#flooded(): Failed {
		return this.#failed("FS-SSH-FLOOD", "a command answers without an end");
	}

	#lost(): Failed {
		return this.#isSilent
			? this.#failed("FS-SSH-IDLE", "the machine gave no sign of life for too long")
			: sshFailure(this.#place, new Error("lost"));
	}

	#failed(code: Parameters<typeof failed>[0], sentence: string): Failed {
		return failed(code, `${this.#place.machine}: ${sentence} (${placeOf(this.#place)})`);
	}
}

/** A stream that breaks leaves the command without the rest of its input: the channel is closed under it. */
function feed(channel: ClientChannel, stdin: Uint8Array | Readable | undefined): void {
	if (!stdin || !("pipe" in stdin)) channel.end(stdin ? Buffer.from(stdin) : undefined);
	else if (stdin.destroyed) channel.close();
	else stdin.on("error", () => channel.close()).pipe(channel);
}

interface Receiver {
	readonly maxOutputBytes: number;
	readonly flooded: () => void;
	/** Null: the channel closed without an exit status, so what became of the command is not known. */
	readonly done: (ran: Ran | null) => void;
}

function receive(channel: ClientChannel, { maxOutputBytes, flooded, done }: Receiver): void {
	const [stdout, stderr] = [new CappedBuffer(maxOutputBytes), new CappedBuffer(maxOutputBytes)];
	let exitCode: number | null | undefined;
	const hear = (kept: CappedBuffer) => (chunk: Buffer) => {
		kept.add(chunk);
		if (kept.isFlooded) flooded();
	};
	channel.on("data", hear(stdout));
	channel.stderr.on("data", hear(stderr));
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
