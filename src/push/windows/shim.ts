import { randomUUID } from "node:crypto";
import { createGunzip } from "node:zlib";
import type { SFTPWrapper } from "ssh2";
import type { ShimRequest } from "../../model/shim.ts";
import { type Failed, failed } from "../failed.ts";
import type { Ran, RunOptions } from "../ran.ts";
import type { Helper, Platform } from "../task.ts";
import { untilAborted } from "../until-aborted.ts";
import { Drive } from "./drive.ts";

/** From the home folder of whoever logs in, in which both SFTP and commands begin. */
export const STATE = "AppData/Local/fleetseed";
/** The one that Windows on ARM runs, too. */
const PLATFORM: Platform = { system: "Windows", arch: "x86_64" };
const START_MS = 120_000;

export type Helpers = (platform: Platform) => Promise<Helper | null>;

/** What it needs of the session. */
interface Shell {
	readonly runLine: (line: string, options: RunOptions) => Promise<Ran | Failed>;
	readonly sftp: () => Promise<SFTPWrapper | Failed>;
}

/**
 * Our program on a Windows machine, and the way to ask it. What is asked goes there as a file, and what a shell is given to read is a path and two
 * words of letters, digits and `\\.-`: the same in cmd.exe, in PowerShell, and whatever else is the default shell.
 */
export class Shim {
	readonly #session: Shell;
	readonly #machine: string;
	#digest: string | null = null;
	#drive: Drive | null = null;
	#preparing: Promise<Failed | null> | null = null;

	constructor(session: Shell, machine: string) {
		this.#session = session;
		this.#machine = machine;
	}

	/** Brings the program if it is not there. Null: it is. Errors: FS-SSH-*. */
	prepare(helpers: Helpers, signal: AbortSignal): Promise<Failed | null> {
		this.#preparing ??= this.#prepare(helpers, signal).then((refused) => {
			if (refused) this.#preparing = null;
			return refused;
		});
		return this.#preparing;
	}

	async #prepare(helpers: Helpers, signal: AbortSignal): Promise<Failed | null> {
		const helper = await helpers(PLATFORM);
		if (!helper) return failed("FS-SSH-HELPER", `${this.#machine}: our program for Windows was not built`);
		const drive = await this.drive();
		if (!(drive instanceof Drive)) return drive;
		const folder = `${STATE}/helper/${helper.sha256}`;
		const file = `${folder}/fleetseed-agent.exe`;
		this.#digest = helper.sha256;
		if ((await drive.sizeOf(file)) === helper.sizeBytes) return null;
		await drive.makeFolders(folder);
		const draft = `${folder}/${randomUUID()}.new`;
		const source = helper.readGzip();
		const unpacked = source.pipe(createGunzip());
		source.on("error", (error) => unpacked.destroy(error));
		const written = await drive.write(draft, unpacked, { signal });
		const isWhole = !("failure" in written) && (await drive.sizeOf(draft)) === helper.sizeBytes;
		if (isWhole && (await drive.rename(draft, file))) return this.#begin(signal);
		await drive.remove(draft);
		if ((await drive.sizeOf(file)) === helper.sizeBytes) return null;
		this.#digest = null;
		return "failure" in written
			? written
			: failed("FS-SSH-HELPER", `${this.#machine}: our program could not be written`);
	}

	/** Whether it runs there is found out once, before anything depends on it. */
	async #begin(signal: AbortSignal): Promise<Failed | null> {
		const options = { signal, timeoutMs: START_MS, maxOutputBytes: 65_536 };
		const ran = await this.#session.runLine(`${this.#program()} --version`, options);
		if (ran.kind === "failed" || ran.exitCode === 0) return ran.kind === "failed" ? ran : null;
		const said = ran.stderr.toString("utf8").trim().split("\n")[0]?.slice(0, 200);
		this.#digest = null;
		return failed("FS-SSH-HELPER", `${this.#machine}: our program does not run there: ${said || ran.exitCode}`);
	}

	async drive(): Promise<Drive | Failed> {
		const sftp = await this.#session.sftp();
		if ("kind" in sftp) return sftp;
		if (this.#drive?.sftp !== sftp) this.#drive = new Drive(sftp, this.#machine);
		return this.#drive;
	}

	/** Asks, and gives the answer as `stdout`. Errors: FS-SSH-*. */
	async ask(request: ShimRequest, options: RunOptions): Promise<Ran | Failed> {
		const { signal, timeoutMs } = options;
		const ending = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
		const put = await untilAborted(this.#put(request, ending), ending);
		if (put === null)
			return signal.aborted
				? failed("FS-SSH-LOST", `${this.#machine}: the question was given up`)
				: failed("FS-SSH-COMMAND-TIMEOUT", `${this.#machine}: its SFTP gave no answer in ${timeoutMs / 1000} s`);
		if ("kind" in put) return put;
		// Base64 is a third longer.
		const maxOutputBytes = options.maxOutputBytes * 2;
		const line = `${this.#program()} ask ${STATE.replaceAll("/", "\\")}\\ask\\${put.name}`;
		const ran = await this.#session.runLine(line, { ...options, maxOutputBytes });
		if (ran.kind === "failed" || ran.exitCode !== 0) return ran;
		return { ...ran, stdout: Buffer.from(ran.stdout.toString("latin1").replace(/\s/g, ""), "base64") };
	}

	async #put(request: ShimRequest, signal: AbortSignal): Promise<{ readonly name: string } | Failed> {
		const drive = await this.drive();
		if (!(drive instanceof Drive)) return drive;
		const name = `${randomUUID()}.json`;
		await drive.makeFolders(`${STATE}/ask`);
		const written = await drive.write(`${STATE}/ask/${name}`, Buffer.from(JSON.stringify(request)), { signal });
		return "failure" in written ? written : { name };
	}

	#program(): string {
		return `${STATE}/helper/${this.#digest}/fleetseed-agent.exe`.replaceAll("/", "\\");
	}
}
