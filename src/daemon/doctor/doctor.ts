import { dirname, resolve } from "node:path";
import { machineRow } from "../../console/answers/machines.ts";
import { ApiError, Client } from "../../console/client.ts";
import type { Finding } from "../../console/host-reports.ts";
import { ERROR_CODES } from "../../model/error-codes.ts";
import { describeProblem } from "../../policy/document.ts";
import type { Settings } from "../../policy/parse-settings.ts";
import { checkInstalled } from "../check-installed.ts";
import { readInventory, readSettings } from "../configuration.ts";
import { SERVICE_FOLDER } from "../service-folder.ts";
import { clock } from "./clock.ts";
import { database, disk, helpers, sshKey, stateFolder } from "./files.ts";
import { good, note, wrong } from "./findings.ts";
import { type Known, sshd } from "./machines.ts";
import { type DaemonSeen, discovery, ports } from "./network.ts";

/** Looks at everything on this computer that the daemon needs, and at the machines' sshd. Changes nothing; works with the daemon on or off. */
export async function doctor({ config }: { readonly config: string }): Promise<readonly Finding[]> {
	const read = await readSettings(config);
	if ("problems" in read)
		return [
			...read.problems.map((problem) =>
				wrong(
					"configuration",
					describeProblem(problem),
					"Mend the file; fleetseed init writes one where there is none.",
				),
			),
			await clock(),
		];
	const { settings } = read;
	const { answer, differ } = await askDaemon(settings.socketPath);
	const rows = answer instanceof ApiError ? null : answer;
	const found: readonly (Finding | readonly Finding[])[] = [
		await configuration(config),
		differ === null || rows === null ? daemon(answer, config) : note("daemon", differ, ERROR_CODES["FS-RELEASE"]),
		await sshKey(settings),
		await stateFolder(settings),
		database(settings),
		await disk(settings),
		await helpers(settings),
		await clock(),
		await ports(settings, seen(answer)),
		await discovery(settings),
		await sshd(rows ?? (await listed(settings))),
	];
	return found.flat();
}

async function configuration(config: string): Promise<readonly Finding[]> {
	const { files, problems, notes } = await checkInstalled({ config });
	if (problems.length > 0)
		return problems.map((problem) => wrong("configuration", problem, "Mend it, then: systemctl reload fleetseed"));
	return [
		good("configuration", `${files.length} files, no problems`),
		...notes
			.filter((each) => !each.includes("SSH key"))
			.map((each) => note("configuration", each, "That may be meant.")),
	];
}

interface Asked {
	readonly answer: readonly Known[] | ApiError;
	/** How its release differs from ours; null: it does not. */
	readonly differ: string | null;
}

async function askDaemon(socketPath: string): Promise<Asked> {
	const client = new Client(socketPath);
	try {
		const rows = await client.get("machines", machineRow.array());
		return { answer: rows.map((row) => ({ ...row, keys: row.host_keys })), differ: client.differ };
	} catch (error) {
		if (error instanceof ApiError) return { answer: error, differ: client.differ };
		throw error;
	} finally {
		await client.close();
	}
}

function seen(answer: readonly Known[] | ApiError): DaemonSeen {
	if (!(answer instanceof ApiError) || answer.isAnswer) return "runs";
	return isDown(answer) ? "off" : "unknown";
}

function isDown({ hint }: ApiError): boolean {
	return hint === ERROR_CODES["FS-DAEMON-DOWN"];
}

function daemon(rows: readonly Known[] | ApiError, config: string): Finding {
	if (rows instanceof ApiError) {
		const isService = dirname(resolve(config)) === SERVICE_FOLDER;
		const start = isService ? "systemctl start fleetseed" : `fleetseed serve --config ${config}`;
		return note("daemon", rows.message, isDown(rows) ? `Start the daemon: ${start}` : rows.hint);
	}
	const approved = rows.filter(({ trust }) => trust === "approved").length;
	return good("daemon", `it answers and knows ${rows.length} machines, ${approved} of them approved`);
}

async function listed(settings: Settings): Promise<readonly Known[]> {
	const { inventory } = await readInventory(settings, null);
	return inventory.machines.map(({ name, address, port }) => ({ name, address, port, trust: "listed", keys: [] }));
}
