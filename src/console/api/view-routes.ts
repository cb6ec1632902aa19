import { z } from "zod";
import { packagePage, packageRow } from "../answers/packages.ts";
import { scheduleReport } from "../answers/schedule.ts";
import { swarmReport } from "../answers/swarm.ts";
import { problem } from "./problem.ts";
import { type Api, type Desks, named, route } from "./routes.ts";

const MOST_DAYS = 35;

const ahead = z.strictObject({
	days: z.coerce.number().int().min(1).max(MOST_DAYS).default(7).describe("How many days from now."),
});

/** Pages of the dashboard beside its first one, and the commands that show the same. */
export function addViewRoutes(server: Api, { cockpit }: Desks): void {
	const see = <Answer extends z.ZodType>(summary: string, answer: Answer) =>
		route({ role: "viewer", tag: "look", summary, answer });
	const swarm = see(
		"Who has which pieces of packages, how they spread, and how near that is to what is possible.",
		swarmReport,
	);
	server.get("/api/v1/swarm", swarm, () => cockpit.swarm());
	const packages = see("What the store holds and what policies want there.", z.array(packageRow));
	server.get("/api/v1/packages", packages, () => cockpit.packages());
	const one = see("A package, by its digest, with every machine of the rollouts that bring it.", packagePage);
	const byDigest = { ...one, schema: { ...one.schema, params: named } };
	server.get("/api/v1/packages/:name", byDigest, async ({ params: { name } }, reply) => {
		const page = await cockpit.package(name);
		if (page) return page;
		return reply.status(404).send(problem("FS-API-REQUEST", `${name}: no package of this digest is known`));
	});
	const schedule = see("When policies run, and when installs and reboots may start.", scheduleReport);
	const byDays = { ...schedule, schema: { ...schedule.schema, querystring: ahead } };
	server.get("/api/v1/schedule", byDays, ({ query }) => cockpit.schedule(query.days));
}
