import { dirname, join, resolve } from "node:path";

const PREFIX = "credential:";

/**
 * Where a path of the configuration is. `credential:NAME` is what systemd gave to the service under that name (systemd.exec(5),
 * LoadCredential=); outside of a service it is the file NAME beside the configuration, which the unit that we ship loads it from.
 */
export function locate(path: string, file: string, env: NodeJS.ProcessEnv = process.env): string {
	const folder = dirname(file);
	if (!path.startsWith(PREFIX)) return resolve(folder, path);
	return join(env.CREDENTIALS_DIRECTORY ?? resolve(folder), path.slice(PREFIX.length));
}
