import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { isMet } from "../bench/figures.ts";
import { FROM_SOURCES } from "../bench/swarm/agent.ts";
import { raiseLan } from "../bench/swarm/lan.ts";
import { makePayload } from "../bench/swarm/payload.ts";
import { freshRate, joinStrangers, STRANGERS } from "../bench/swarm/strangers.ts";
import { Footprint } from "../lab/footprint.ts";

const SIZE_BYTES = 2 * 2 ** 20;
const RATE = "20mbit";
const TIMEOUT_MS = 120_000;

/** Why they cannot take part here; false: they can. */
function obstacle(): string | false {
	if (process.getuid?.() !== 0) return "only root can make network namespaces";
	const missing = STRANGERS.flatMap(({ packages }) => packages).filter(([, file]) => !existsSync(file));
	return missing.length > 0 && `not installed here: ${missing.map(([name]) => name).join(", ")}`;
}

test("transmission, qbittorrent and aria2 complete from our swarm, and serve a fresh machine of ours without anybody else", {
	skip: obstacle(),
	timeout: TIMEOUT_MS,
}, async (context) => {
	const { signal } = context;
	const diagnostic = (line: string) => context.diagnostic(line);
	const footprint = Footprint.create();
	try {
		const groups = [{ rate: RATE, count: 3 }];
		const lan = await raiseLan(footprint, { sourceRate: RATE, groups, lastGuestRate: freshRate(SIZE_BYTES) });
		const payload = await makePayload(join(footprint.folder, "payload"), SIZE_BYTES);
		const stage = { lan, payload, footprint, signal, agent: FROM_SOURCES, log: diagnostic };
		const { figures } = await joinStrangers({ stage, undisturbed: { floorSeconds: 1 } });
		for (const { what, value, unit } of figures) diagnostic(`${what}: ${value} ${unit}`);
		assert.deepEqual(
			figures.filter((figure) => isMet(figure) === false),
			[],
		);
	} finally {
		await footprint.erase();
	}
});
