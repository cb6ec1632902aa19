import assert from "node:assert/strict";
import { test } from "node:test";
import { reloadable, settingsChanges } from "../../src/daemon/settings-changes.ts";
import { parseSettings, type Settings, settingsDocument } from "../../src/policy/parse-settings.ts";

function settingsOf(text: string): Settings {
	const parsed = parseSettings(`version: 1\npolicies: p\n${text}`, "fleetseed.yaml");
	assert.ok("settings" in parsed, text);
	return parsed.settings;
}

const OTHERS: Readonly<Record<string, string>> = {
	policies: "",
	inventory: "inventory: i",
	known_hosts: "known_hosts: k",
	state: "state: s",
	socket: "socket: s",
	credentials: "credentials: { c: { file: f } }",
	ssh: "ssh: { identity_file: i, become_password: c }",
	api: 'api: { listen: "127.0.0.1:8080" }',
	approvals: "approvals: { above_machines: 10, required: 2 }",
	discovery: "discovery: { enabled: false }",
	swarm:
		"swarm: { address: a, tracker_port: 1, peer_port: 2, link: 1gbit, bandwidth: { up: 1gbit }, seed_time: 1h, helper_folder: h }",
	sites: "sites: [{ name: s, subnets: [10.0.0.0/8] }]",
	notices: "notices: { mail: [{ name: n, server: m, from: a@example.org, to: [b@example.org] }] }",
	limits: "limits: { deliveries: 1, sessions: 1 }",
	max_package_size: "max_package_size: 1MiB",
	max_store_size: "max_store_size: 1MiB",
};

test("every setting that can be changed is named, with the moment when it takes effect", () => {
	const before = settingsOf("");
	const changed = Object.entries(OTHERS).flatMap(([key, text]) =>
		settingsChanges(
			key === "ssh" ? settingsOf(OTHERS.credentials ?? "") : before,
			settingsOf(key === "ssh" ? `${OTHERS.credentials}\n${text}` : text),
		),
	);
	const keys = changed.map(({ key }) => key);
	assert.deepEqual(new Set(keys).size, keys.length);
	const tops = new Set(keys.map((key) => key.split(".")[0]));
	const known = Object.keys(settingsDocument.shape).filter((key) => !["version", "policies"].includes(key));
	assert.deepEqual([...tops].sort(), known.sort());
	const written = (key: string) => keys.filter((each) => each.startsWith(`${key}.`)).length;
	assert.deepEqual([written("swarm"), written("limits")], [7, 2]);
	assert.deepEqual(settingsChanges(before, settingsOf("")), []);
});

test("what a reload makes of them has changed by exactly what takes effect now", () => {
	const before = settingsOf("");
	const after = settingsOf(Object.values(OTHERS).join("\n"));
	const inForce = reloadable(before, after);
	assert.deepEqual(
		settingsChanges(before, inForce),
		settingsChanges(before, after).filter(({ effect }) => effect === "now"),
	);
	assert.deepEqual(
		settingsChanges(inForce, after).map(({ effect }) => effect),
		settingsChanges(before, after).flatMap(({ effect }) => (effect === "now" ? [] : [effect])),
	);
});
