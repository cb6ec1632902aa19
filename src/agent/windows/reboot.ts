import { countUsers, readBootId } from "./machine-facts.ts";
import { runScript } from "./powershell.ts";
import { runSystem } from "./system.ts";

/** For the message to be read, and our answer to be sent. */
const NOTICE_SECONDS = 5;

/** System error codes: a shutdown is in progress, or has been scheduled. */
const UNDER_WAY = [1115, 1190];

interface Request {
	readonly bootId: string;
	readonly sparesUsers: boolean;
	readonly message: string;
}

/** One line: `taken`, `booted` (another boot), `users COUNT` or `refused WHY`. 2:4 is "application: installation, planned". */
export async function requestReboot({ bootId, sparesUsers, message }: Request): Promise<string> {
	if ((await readBootId()) !== bootId) return "booted\n";
	const users = sparesUsers ? await countUsers() : 0;
	if (users > 0) return `users ${users}\n`;
	const args = ["/r", "/t", String(NOTICE_SECONDS), "/d", "p:4:2", "/c", message.slice(0, 512)];
	const { exitCode } = await runSystem("shutdown.exe", args);
	if (exitCode === 0 || UNDER_WAY.includes(exitCode ?? -1)) return "taken\n";
	return `refused shutdown exited ${exitCode ?? "by its time limit"}\n`;
}

interface BootTest {
	readonly bootId: string;
	/** Empty: none. */
	readonly script: string;
	readonly seconds: number;
}

/** `boot ID`; when it is another than the one given, then `test CODE`: 0 for no test. */
export async function lookAfterBoot({ bootId, script, seconds }: BootTest): Promise<string> {
	const now = await readBootId();
	if (now === bootId) return `boot ${now}\n`;
	const code = script === "" ? 0 : (await runScript(script, seconds * 1000)).exitCode;
	return `boot ${now}\ntest ${code ?? 124}\n`;
}
