import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Controller } from "../demo/controller.ts";
import { DemoFleet, knownHostsOf } from "../demo/fleet.ts";
import { makeIdentity } from "../demo/identity.ts";
import { until } from "../demo/until.ts";

const HELLO = '#!/bin/sh\ntouch "$HOME/hello"\n';
/** So slow that HELLO takes some milliseconds at least. */
const LINK = { link: "8kbit", bytesPerSecond: 1000 };
const fleet = new DemoFleet();
const origin = createServer((_request, response) => response.end(HELLO));
let folder = "";
let name = "";
let controller: Controller;

before(async () => {
	folder = await mkdtemp(join(tmpdir(), "fleetseed-metrics-"));
	name = `metrics-${folder.slice(-6).toLowerCase()}`;
	controller = new Controller(folder);
	const identity = await makeIdentity(folder);
	await fleet.start({ folder: join(folder, "machines"), names: [name], publicKey: identity.publicKey });
	const knownHosts = knownHostsOf(fleet.machines);
	const checksum = `sha256:${createHash("sha256").update(HELLO).digest("hex")}`;
	await once(origin.listen(0, "127.0.0.1"), "listening");
	const source = { url: `http://127.0.0.1:${(origin.address() as AddressInfo).port}/hello.sh` };
	const detection = [{ type: "file", path: "~/hello" }];
	const packages = [{ name: "hello", version: "1", type: "script", source, checksum, detection }];
	const targets = { machines: [name] };
	const policy = { version: 1, name: "office", packages, targets, schedule: "now", bandwidth: { down: "1gbit" } };
	await controller.configure({ policy, knownHosts, identityFile: identity.file, link: LINK.link });
	controller.start();
	await until(controller, "the policy's package is installed", ({ totals }) => totals.installed === 1);
});

after(async () => {
	await controller.stop();
	await fleet.stop();
	origin.close();
	await rm(folder, { recursive: true, force: true });
});

test("a real daemon tells Prometheus what it has done, and never a machine's name", async () => {
	const text = await controller.metrics();
	const value = (sample: string) =>
		Number(
			text
				.split("\n")
				.find((line) => line.startsWith(`${sample} `))
				?.split(" ")
				.at(-1),
		);
	assert.equal(value('fleetseed_installs_total{policy="office",outcome="success"}'), 1);
	assert.equal(value('fleetseed_rollouts{state="finished"}'), 1);
	assert.equal(value('fleetseed_ring_machines{policy="office",ring="all",state="verified"}'), 1);
	assert.ok(value('fleetseed_machines{trust="approved",presence="present"}') >= 1);
	assert.equal(value("fleetseed_download_bytes_total"), HELLO.length);
	assert.equal(
		value('fleetseed_delivered_bytes_total{sender="controller"}') +
			value('fleetseed_delivered_bytes_total{sender="peers"}'),
		HELLO.length,
	);
	assert.ok(value("fleetseed_uplink_bytes_total") >= HELLO.length);
	assert.match(text, /^fleetseed_delivery_floor_ratio_count\{method="\w+"\} 1$/m);
	assert.equal(value("fleetseed_ssh_sessions_open"), 1);
	assert.ok(value("fleetseed_journal_sequence") > 10);
	assert.ok(value("fleetseed_journal_size_bytes") > 10_000);
	assert.ok(value("fleetseed_decide_duration_seconds_count") > 5);
	assert.ok(value("fleetseed_apply_duration_seconds_sum") > 0);
	assert.ok(value("nodejs_eventloop_lag_p99_seconds") > 0);
	assert.ok(value("process_resident_memory_bytes") > 1e6);
	assert.doesNotMatch(text, new RegExp(name));
});

test("a real daemon tells a delivery's time as a multiple of what its link and the machine's limit allow", async () => {
	const delivery = (await controller.status())?.rollouts[0]?.machines[0]?.delivery;
	assert.ok(delivery);
	const floorSeconds = HELLO.length / LINK.bytesPerSecond;
	assert.ok(delivery.floor_multiple && delivery.floor_multiple > 0, JSON.stringify(delivery));
	assert.equal(delivery.floor_multiple.toFixed(6), (delivery.seconds / floorSeconds).toFixed(6));
});
