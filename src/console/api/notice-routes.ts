import { z } from "zod";
import { noticeTest } from "../answers/notices.ts";
import { problem } from "./problem.ts";
import { type Api, type Desks, operator, route, whoAsks, words } from "./routes.ts";

const asked = operator.extend({
	sink: words.optional().describe("Of the configuration's webhooks and mail. Default: each."),
});

const NONE = "no notices are configured: add them under `notices`, see fleetseed.yaml(5), then: fleetseed reload";

export function addNoticeRoutes(server: Api, { cockpit }: Desks): void {
	const summary = "Send a notice now, to see whether it arrives.";
	const test = route({ role: "operator", tag: "steer", summary, answer: z.array(noticeTest) });
	server.post("/api/v1/notices/test", { ...test, schema: { ...test.schema, body: asked } }, async (request, reply) => {
		const { sink = null, by } = request.body;
		const tested = await cockpit.testNotices(sink, whoAsks(request, by));
		if (tested) return [...tested];
		const none = sink === null ? NONE : `${sink}: no notices of this name are configured`;
		return reply.status(404).send(problem("FS-API-REQUEST", none));
	});
}
