import { z } from "zod";
import { type Api, type Desks, route } from "./routes.ts";

export function addMetricsRoute(server: Api, { metrics }: Desks): void {
	const summary = "What Prometheus scrapes, in its text format.";
	const see = route({ role: "viewer", tag: "look", summary, answer: z.string() });
	server.get("/metrics", see, async (_request, reply) => {
		reply.type(metrics.contentType).serializer(String);
		return metrics.text();
	});
}
