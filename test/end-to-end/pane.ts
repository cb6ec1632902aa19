import { execFile, spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const PROMPT = /^[#$]$/;
const DEADLINE_MS = 60_000;

/** false: there is a terminal to try things on. Else the reason to skip. */
export const noTerminal: string | false =
	spawnSync("tmux", ["-V"]).error === undefined ? false : "no tmux, which is the terminal here: apt-get install tmux";

/** A shell on a terminal of 80 columns and 24 rows, on a tmux server of its own. */
export class Pane {
	readonly #socket: string;
	readonly #record: string;

	constructor(folder: string) {
		this.#socket = join(folder, "tmux.sock");
		this.#record = join(folder, "terminal.bytes");
	}

	async start(environment: Readonly<Record<string, string>> = {}): Promise<void> {
		const set = Object.entries({ PS1: "$ ", ENV: "", ...environment }).flatMap(([name, value]) => [
			"-e",
			`${name}=${value}`,
		]);
		await this.#tmux("new-session", "-d", "-x", "80", "-y", "24", ...set, "/bin/sh");
		await this.#tmux("pipe-pane", "-o", `cat > '${this.#record}'`);
	}

	async type(line: string): Promise<void> {
		await this.#tmux("send-keys", "-l", line);
		await this.#tmux("send-keys", "Enter");
	}

	/** Types it on an empty screen: what is found there afterwards was not there before. */
	async typeAfresh(line: string): Promise<void> {
		await this.type("clear");
		await this.until("the screen is empty", (screen) => PROMPT.test(screen.trim()));
		await this.type(line);
	}

	async press(key: string): Promise<void> {
		await this.#tmux("send-keys", key);
	}

	async resize(columns: number, rows: number): Promise<void> {
		await this.#tmux("resize-window", "-x", `${columns}`, "-y", `${rows}`);
	}

	/** What is on the screen, with its colours as escape sequences that begin with ␛. */
	async screen(): Promise<string> {
		return visible(await this.#tmux("capture-pane", "-p", "-e"));
	}

	/** The screen with all that was pushed up from it, without colours. */
	everything(): Promise<string> {
		return this.#tmux("capture-pane", "-p", "-S", "-");
	}

	/** "1": the cursor is shown. */
	async cursor(): Promise<string> {
		return (await this.#tmux("display-message", "-p", "#{cursor_flag} #{alternate_on}")).trim();
	}

	/** All that the terminal was sent, with ␛ for each escape. */
	async sent(): Promise<string> {
		return visible(await readFile(this.#record, "utf8"));
	}

	/** The first screen of which it holds; gives up after a minute and says what it saw last. */
	async until(what: string, holds: (screen: string) => boolean): Promise<string> {
		const deadline = performance.now() + DEADLINE_MS;
		for (;;) {
			const screen = await this.screen();
			if (holds(screen)) return screen;
			if (performance.now() > deadline) throw new Error(`gave up waiting until ${what}:\n${screen}`);
			await wait(100);
		}
	}

	async stop(): Promise<void> {
		await this.#tmux("kill-server");
	}

	async #tmux(...words: readonly string[]): Promise<string> {
		const { stdout } = await run("tmux", ["-S", this.#socket, "-f", "/dev/null", ...words]);
		return stdout;
	}
}

function visible(text: string): string {
	return text.replaceAll("\u001b", "␛");
}
