import assert from "node:assert/strict";
import { test } from "node:test";
import { describeProblem } from "../../src/policy/document.ts";
import { parseSettings } from "../../src/policy/parse-settings.ts";

test("fills in every default but the folder of the policies", () => {
	assert.deepEqual(parseSettings("version: 1\npolicies: policies\n", "fleetseed.yaml"), {
		settings: {
			policiesFolder: "policies",
			stateFolder: "/var/lib/fleetseed",
			socketPath: "/run/fleetseed/fleetseed.sock",
			ssh: { identityFile: "/etc/fleetseed/id_ed25519" },
			discovery: { interfaces: [], enabled: true },
			swarm: { trackerPort: 6969, peerPort: 6881, seedTimeMs: 1_800_000 },
			limits: { deliveries: 64, sessions: 64 },
			maxPackageBytes: 16 * 2 ** 30,
		},
	});
});

test("reads every key", () => {
	const text = `
version: 1
policies: p
inventory: i.yaml
known_hosts: known_hosts
state: s
socket: s/sock
ssh: {identity_file: id}
discovery: {interfaces: [127.0.0.1], enabled: false}
swarm: {address: 10.0.0.1, tracker_port: 1, peer_port: 2, upload_limit: 20MiB, seed_time: 1h}
limits: {deliveries: 3, sessions: 4}
max_package_size: 512KiB
`;
	assert.deepEqual(parseSettings(text, "fleetseed.yaml"), {
		settings: {
			policiesFolder: "p",
			inventoryFile: "i.yaml",
			knownHostsFile: "known_hosts",
			stateFolder: "s",
			socketPath: "s/sock",
			ssh: { identityFile: "id" },
			discovery: { interfaces: ["127.0.0.1"], enabled: false },
			swarm: {
				address: "10.0.0.1",
				trackerPort: 1,
				peerPort: 2,
				uploadLimitBytesPerSecond: 20 * 2 ** 20,
				seedTimeMs: 3_600_000,
			},
			limits: { deliveries: 3, sessions: 4 },
			maxPackageBytes: 512 * 1024,
		},
	});
});

test("names every problem with the configuration's one code", () => {
	const text =
		"version: 1\ndiscovery: {interfaces: [eth0], enabled: yes}\nswarm: {tracker_port: 70000, upload_limit: 20MB}\n";
	const parsed = parseSettings(text, "fleetseed.yaml");
	assert.ok("problems" in parsed);
	assert.deepEqual(parsed.problems.map(describeProblem), [
		"fleetseed.yaml:1:1 policies: expected a path, got nothing (FS-CONFIG)",
		'fleetseed.yaml:2:26 discovery.interfaces[0]: expected the IPv4 address of an interface, got "eth0" (FS-CONFIG)',
		'fleetseed.yaml:2:42 discovery.enabled: expected true or false, got "yes" (FS-CONFIG)',
		"fleetseed.yaml:3:23 swarm.tracker_port: expected 1-65535, got 70000 (FS-CONFIG)",
		'fleetseed.yaml:3:44 swarm.upload_limit: expected a size such as 512KiB, 20MiB or 16GiB, got "20MB" (FS-CONFIG)',
	]);
});
