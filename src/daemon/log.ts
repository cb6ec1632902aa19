import { type Logger, pino } from "pino";
import { styleFor } from "../console/style.ts";
import { readableLog } from "./readable-log.ts";

/** JSON, a line for each event, for journald and files; for a person on a terminal words. */
export function logTo(stream: NodeJS.WriteStream & { readonly fd: number }, env: NodeJS.ProcessEnv): Logger {
	if (!stream.isTTY) return pino({ base: null }, pino.destination({ dest: stream.fd, sync: true }));
	const style = styleFor(stream, env);
	return pino({ base: null }, { write: (line) => void stream.write(readableLog(JSON.parse(line), style)) });
}
