import type { Api } from "../../src/console/api/routes.ts";

export interface WalkedRoute {
	readonly method: string;
	/** With a name of its own in place of each parameter. */
	readonly url: string;
	/** As it was declared. */
	readonly pattern: string;
}

/** Every route that the server answers on, by its own router's table and not by our description of it. */
export function routesOf(server: Api): readonly WalkedRoute[] {
	const path: string[] = [];
	const routes: WalkedRoute[] = [];
	for (const line of server.printRoutes({ commonPrefix: false }).split("\n")) {
		const parts = /^([│ ]*)[├└]── (\S+)(?: \(([^)]+)\))?/.exec(line);
		if (!parts) continue;
		const [, indent = "", segment = "", methods = ""] = parts;
		path.length = indent.length / 4;
		path.push(segment);
		const pattern = path.join("");
		for (const method of methods.split(", ").filter((each) => each !== ""))
			routes.push({ method, pattern, url: pattern.replace(":name", "mill-01").replace("*", "app.js") });
	}
	return routes;
}
