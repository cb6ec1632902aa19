import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Origin } from "../../lab/origin.ts";
import type { Host } from "./host.ts";
import { Program } from "./program.ts";
import type { Field, Runner, System } from "./system.ts";

/** What most people do: every machine fetches a copy of its own, all at once. */
export const NGINX_CURL: System = {
	name: "nginx+curl",
	packages: [
		["nginx-light", "/usr/sbin/nginx"],
		["curl", "/usr/bin/curl"],
	],
	async prepare(field) {
		const { source, payload, footprint, signal } = field;
		if (!source.link) throw new Error("nginx is raced on the shaped LAN only");
		const served = { file: payload.file, fileName: "payload" };
		const origin = new Origin(footprint, source.link, served);
		await origin.start(served, signal);
		return {
			sourcePids: origin.pid === null ? [] : [origin.pid],
			start: (machines) => Promise.all(machines.map((host) => startCurl(field, host, origin.url))),
			stop: async () => undefined,
		};
	},
};

/** The shell waits for curl and so keeps count of what it used. */
async function startCurl(field: Field, host: Host, url: string): Promise<Runner> {
	const folder = join(field.folder, host.name);
	await mkdir(folder);
	const file = join(folder, "payload");
	const script = 'curl -sS -o "$1" "$2" || exit 1; echo it is complete; exec sleep infinity';
	const program = await Program.start(host, ["sh", "-c", script, "curl", file, url], field);
	return { host, program, file, completed: program.says("it is complete") };
}
