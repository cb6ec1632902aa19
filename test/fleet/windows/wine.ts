import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

const WINE_DLLS = "/usr/lib/x86_64-linux-gnu/wine/x86_64-windows";

/** Programs of a test machine with wine; absent ones are why a test skips. */
const NEEDED = {
	wine: "/usr/bin/wine",
	wineserver: "/usr/bin/wineserver",
	"openssh-sftp-server": "/usr/lib/openssh/sftp-server",
	wixl: "/usr/bin/wixl",
	nsis: "/usr/bin/makensis",
	libwine: join(WINE_DLLS, "kernelbase.dll"),
};

/** Why there can be no Windows machine here; null: there can. */
export function lacksWine(): string | null {
	const lacking = Object.entries(NEEDED).filter(([, path]) => !existsSync(path));
	return lacking.length === 0 ? null : `not installed here: ${lacking.map(([name]) => name).join(", ")}`;
}

/** wine's stubs of these say that all is well and do nothing: without them it is a Windows that lacks the program. */
const PRETENDERS = ["schtasks.exe", "powershell.exe", "WindowsPowerShell/v1.0/powershell.exe"];

export function wineEnvironment(prefix: string, home: string): NodeJS.ProcessEnv {
	const { PATH, LANG = "C.UTF-8" } = process.env;
	return {
		PATH,
		LANG,
		HOME: home,
		WINEPREFIX: prefix,
		WINEDEBUG: "-all",
		WINEDLLOVERRIDES: "kernelbase,shutdown.exe=n;winemenubuilder.exe=d",
	};
}

/**
 * A prepared drive, made once on this host and never written to again. Machines have hard links to its system files and copies of the rest.
 * Answers its folder.
 */
export async function preparedPrefix(): Promise<string> {
	const { stdout } = await run("/usr/bin/wine", ["--version"]);
	const prepared = join(tmpdir(), `fleetseed-${stdout.trim().replace(/[^A-Za-z0-9.-]/g, "_")}-1`);
	if (existsSync(prepared)) return prepared;
	const draft = await mkdtemp(join(tmpdir(), "fleetseed-wine-"));
	const prefix = join(draft, "prefix");
	const env = { ...wineEnvironment(prefix, draft), WINEDLLOVERRIDES: "winemenubuilder.exe=d" };
	await run("/usr/bin/wine", ["wineboot.exe", "--init"], { env });
	await run("/usr/bin/wine", ["winecfg.exe", "/v", "win10"], { env });
	await run("/usr/bin/wineserver", ["-w"], { env });
	const system = join(prefix, "drive_c/windows/system32");
	for (const pretender of PRETENDERS) await rm(join(system, pretender), { force: true });
	await hideVirtualAlloc2(join(system, "kernelbase.dll"));
	await rm(join(prefix, "dosdevices/z:"), { force: true });
	await rename(prefix, prepared).catch((error: NodeJS.ErrnoException) => {
		// Another test was quicker.
		if (!existsSync(prepared)) throw error;
	});
	await rm(draft, { recursive: true, force: true });
	return prepared;
}

/**
 * wine 8 has a VirtualAlloc2 that knows no placeholders, which V8 asks for wherever there is such a function, and gives up. Where there is none,
 * as on Windows before 10, V8 does without. Nothing else of wine, and nothing of our program, is changed.
 */
async function hideVirtualAlloc2(dll: string): Promise<void> {
	const builtin = await readFile(join(WINE_DLLS, "kernelbase.dll"));
	const [shown, hidden] = [Buffer.from("\0VirtualAlloc2\0"), Buffer.from("\0VirtualAlloc1\0")];
	for (let at = builtin.indexOf(shown); at >= 0; at = builtin.indexOf(shown, at)) hidden.copy(builtin, at);
	// What says that wine's own file is to be taken in its place.
	builtin.write("Changed for test", 0x40, "latin1");
	await rm(dll, { force: true });
	await writeFile(dll, builtin);
}

/** A drive of a machine's own. */
export async function copyPrefix(prepared: string, prefix: string): Promise<void> {
	await mkdir(prefix);
	const windows = join(prepared, "drive_c/windows");
	await cp(prepared, prefix, { recursive: true, verbatimSymlinks: true, filter: (path) => path !== windows });
	await run("cp", ["-al", windows, join(prefix, "drive_c/windows")]);
}
