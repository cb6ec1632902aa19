import { execFile } from "node:child_process";
import type { Finding } from "../../console/host-reports.ts";
import { good, note } from "./findings.ts";

const MEND = "Windows and deadlines go by this clock: timedatectl set-ntp true, or install chrony.";

/** Whether the kernel's clock is kept in time, by whichever program (adjtimex(2), as timedatectl reads it). */
export function clock(): Promise<Finding> {
	const argv = ["show", "--property=NTPSynchronized", "--value"];
	return new Promise((resolve) => {
		execFile("timedatectl", argv, { timeout: 5_000 }, (error, stdout) => {
			if (error)
				return resolve(
					note("clock", `timedatectl does not say whether it is kept in time (${error.message.split("\n")[0]})`, MEND),
				);
			const isKept = stdout.trim() === "yes";
			resolve(isKept ? good("clock", "it is kept in time") : note("clock", "nothing keeps it in time", MEND));
		});
	});
}
