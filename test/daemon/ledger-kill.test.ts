import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { assertSame, NOW, start, wholeFold } from "./ledger-life.ts";

let folder = "";
before(async () => {
	folder = await mkdtemp(join(tmpdir(), "fleetseed-ledger-"));
});
after(() => rm(folder, { recursive: true }));

test("a daemon that is killed again and again, between events and snapshots, loses nothing", async () => {
	const file = join(folder, "killed.sqlite");
	const path = (name: string) => JSON.stringify(new URL(`../../${name}`, import.meta.url).href);
	const script = `
		import { Journal } from ${path("src/record/journal.ts")};
		import { Ledger } from ${path("src/daemon/ledger.ts")};
		const journal = new Journal(${JSON.stringify(file)});
		const ledger = new Ledger(journal, { snapshotEvery: 7 });
		ledger.recover(${NOW});
		for (let index = ledger.fleet.machines.size; ; index += 1) {
			const machine = "machine-" + index;
			ledger.record([{ kind: "MachineSeen", machine, address: "10.0.0.1", port: 22, source: "mdns", groups: [], labels: {}, at: ${NOW} }]);
			process.stdout.write(machine + "\\n");
		}`;
	const told: string[] = [];
	for (const lines of [5, 33, 14]) {
		const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
			stdio: ["ignore", "pipe", "inherit"],
		});
		let printed = "";
		child.stdout.on("data", (chunk) => {
			printed += chunk;
			if (printed.split("\n").length > lines) child.kill("SIGKILL");
		});
		await once(child, "close");
		told.push(...printed.split("\n").slice(0, -1));
		const { fleet, problems } = start(file);
		assert.deepEqual(problems, []);
		assertSame(fleet, wholeFold(file));
		for (const machine of told) assert.ok(fleet.machines.has(machine), machine);
		assert.deepEqual(
			[...fleet.machines.keys()],
			Array.from({ length: fleet.machines.size }, (_, index) => `machine-${index}`),
		);
	}
});
