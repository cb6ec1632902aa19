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
			credentials: {},
			ssh: {
				login: { identityFile: "/etc/fleetseed/id_ed25519" },
				hostKeyChecking: "ask",
				keepalive: { intervalMs: 15_000, countMax: 3 },
			},
			discovery: { interfaces: [], enabled: true },
			swarm: {
				trackerPort: 6969,
				peerPort: 6881,
				bandwidth: { up: null, down: null, windows: [] },
				seedTimeMs: 1_800_000,
			},
			sites: [],
			api: null,
			notices: [],
			limits: { deliveries: 64, sessions: 64 },
			maxPackageBytes: 16 * 2 ** 30,
			maxStoreBytes: 100 * 2 ** 30,
		},
	});
});

test("says where a notice's configuration is wrong, and what a template must be", () => {
	const text = `version: 1
policies: p
notices:
  webhooks:
    - {name: a, url: "ftp://chat.example.org", secret: s}
    - {name: b, url: "https://eve:pw@chat.example.org", secret: s, events: [lunch]}
    - {name: c, url: "https://chat.example.org/x?y=1", secret: s, template: "{\\"text\\": \\"{{{id}}}\\"}"}
    - {name: d, url: "https://chat.example.org", secret: s, template: "{{#notices}}"}
    - {name: e, url: "https://chat.example.org", secret: s, template: "text: {{id}}"}
  mail:
    - {name: e, server: mail, from: ops@example.org, to: [eve@example.org], user: eve}
`;
	const read = parseSettings(text, "fleetseed.yaml");
	assert.ok("problems" in read);
	assert.deepEqual(
		read.problems.map((problem) => describeProblem(problem).replace(/, got .*/, "")),
		[
			"fleetseed.yaml:5:22 notices.webhooks[0].url: expected a URL that starts with https:// or http://, without a user or a fragment",
			"fleetseed.yaml:6:22 notices.webhooks[1].url: expected a URL that starts with https:// or http://, without a user or a fragment",
			"fleetseed.yaml:6:77 notices.webhooks[1].events[0]: expected one of rollout_started, rollout_succeeded, failed, paused, run_missed, machine_discovered, host_key_changed",
			"fleetseed.yaml:7:77 notices.webhooks[2].template: expected a template whose values are all written {{so}}: unescaped ones, partials and other delimiters are not taken",
			"fleetseed.yaml:8:71 notices.webhooks[3].template: expected a Mustache template that makes JSON, of id, controller, dropped and notices",
			"fleetseed.yaml:9:71 notices.webhooks[4].template: expected a Mustache template that makes JSON, of id, controller, dropped and notices",
			"fleetseed.yaml:11:7 notices.mail[0]: expected user and password together, or neither",
			"fleetseed.yaml:11:14 notices.mail[0].name: expected a name that no other has",
		],
	);
});

test("reads every key", () => {
	const text = `
version: 1
policies: p
inventory: i.yaml
known_hosts: known_hosts
state: s
socket: s/sock
credentials: {key: {systemd: k}, words: {environment: WORDS}, secret: {file: secret}}
ssh:
  identity: key
  passphrase: words
  identity_agent: SSH_AUTH_SOCK
  password: secret
  become_password: secret
  config_file: ssh_config
  strict_host_key_checking: accept-new
  server_alive_interval: 5s
  server_alive_count_max: 2
discovery: {interfaces: [127.0.0.1], enabled: false}
swarm:
  address: 10.0.0.1
  tracker_port: 1
  peer_port: 2
  link: 1gbit
  bandwidth:
    up: 20MiB
    windows: [{name: day, days: [sat, mon], start_time: "08:30", duration: 10h, time_zone: Europe/Budapest, down: 4mbit}]
  seed_time: 1h
api: {listen: "0.0.0.0:8443", tls: {cert_file: c.pem, key_file: k.pem}, allowed_hosts: [ops.example.org], origins: ["https://portal.example.org"]}
approvals: {above_machines: 200, required: 3}
notices:
  webhooks: [{name: chat, url: "https://chat.example.org/x", secret: secret, events: [failed], template: '{"text": "{{id}}"}'}]
  mail:
    - {name: ops, server: mail, port: 25, security: tls, user: u, password: secret, from: a@example.org, to: [b@example.org], events: [paused]}
sites: [{name: graz, subnets: [10.2.0.0/16], labels_include_any: [site=graz]}, {name: linz, subnets: ["fd00:2::/32"]}]
limits: {deliveries: 3, sessions: 4}
max_package_size: 512KiB
max_store_size: 1MiB
`;
	assert.deepEqual(parseSettings(text, "fleetseed.yaml"), {
		settings: {
			policiesFolder: "p",
			inventoryFile: "i.yaml",
			knownHostsFile: "known_hosts",
			stateFolder: "s",
			socketPath: "s/sock",
			credentials: {
				key: { kind: "systemd", id: "k" },
				words: { kind: "environment", variable: "WORDS" },
				secret: { kind: "file", path: "secret" },
			},
			ssh: {
				login: { identity: "key", passphrase: "words", identityAgent: "SSH_AUTH_SOCK", password: "secret" },
				becomePassword: "secret",
				configFile: "ssh_config",
				hostKeyChecking: "accept-new",
				keepalive: { intervalMs: 5_000, countMax: 2 },
			},
			discovery: { interfaces: ["127.0.0.1"], enabled: false },
			swarm: {
				address: "10.0.0.1",
				trackerPort: 1,
				peerPort: 2,
				linkBytesPerSecond: 125_000_000,
				bandwidth: {
					up: 20 * 2 ** 20,
					down: null,
					windows: [
						{
							name: "day",
							days: ["mon", "sat"],
							startTime: { hour: 8, minute: 30 },
							durationMs: 36_000_000,
							timeZone: "Europe/Budapest",
							up: null,
							down: 500_000,
						},
					],
				},
				seedTimeMs: 3_600_000,
			},
			notices: [
				{
					kind: "webhook",
					name: "chat",
					url: "https://chat.example.org/x",
					secret: "secret",
					events: ["failed"],
					template: '{"text": "{{id}}"}',
				},
				{
					...{ kind: "mail", name: "ops", server: "mail", port: 25, security: "tls", user: "u", password: "secret" },
					...{ from: "a@example.org", to: ["b@example.org"], events: ["paused"] },
				},
			],
			sites: [
				{ name: "graz", subnets: ["10.2.0.0/16"], labelsIncludeAny: ["site=graz"] },
				{ name: "linz", subnets: ["fd00:2::/32"], labelsIncludeAny: [] },
			],
			api: {
				host: "0.0.0.0",
				port: 8443,
				tls: { certFile: "c.pem", keyFile: "k.pem" },
				allowedHosts: ["0.0.0.0", "ops.example.org"],
				origins: ["https://portal.example.org"],
			},
			approvalRule: { above: 200, required: 3 },
			limits: { deliveries: 3, sessions: 4 },
			maxPackageBytes: 512 * 1024,
			maxStoreBytes: 2 ** 20,
		},
	});
});

test("names every problem with the configuration's one code", () => {
	const text =
		"version: 1\ndiscovery: {interfaces: [eth0], enabled: yes}\nswarm: {tracker_port: 70000, bandwidth: {up: 20MB}}\n";
	const parsed = parseSettings(text, "fleetseed.yaml");
	assert.ok("problems" in parsed);
	assert.deepEqual(parsed.problems.map(describeProblem), [
		"fleetseed.yaml:1:1 policies: expected a path, got nothing (FS-CONFIG)",
		'fleetseed.yaml:2:26 discovery.interfaces[0]: expected the IPv4 address of an interface, got "eth0" (FS-CONFIG)',
		'fleetseed.yaml:2:42 discovery.enabled: expected true or false, got "yes" (FS-CONFIG)',
		"fleetseed.yaml:3:23 swarm.tracker_port: expected 1-65535, got 70000 (FS-CONFIG)",
		'fleetseed.yaml:3:46 swarm.bandwidth.up: expected a rate such as 500kbit, 20mbit or 2MiB (a second), or null for no limit, got "20MB" (FS-CONFIG)',
	]);
});

test("names what is wrong with a credential, and never what stands there", () => {
	const text = `
version: 1
policies: p
credentials:
  both: { file: a, environment: B }
  none: {}
  away: { systemd: ../etc }
  odd: { environment: "A B" }
  secret: hunter2
ssh: { identity_agent: agent.sock, strict_host_key_checking: no }
`;
	const parsed = parseSettings(text, "fleetseed.yaml");
	assert.ok("problems" in parsed);
	const one = "one of file, systemd and environment, got something else (FS-CONFIG)";
	assert.deepEqual(parsed.problems.map(describeProblem), [
		`fleetseed.yaml:5:9 credentials.both: expected ${one}`,
		`fleetseed.yaml:6:9 credentials.none: expected ${one}`,
		"fleetseed.yaml:7:20 credentials.away.systemd: expected the name of a credential in LoadCredential=, got something else (FS-CONFIG)",
		"fleetseed.yaml:8:23 credentials.odd.environment: expected the name of an environment variable, got something else (FS-CONFIG)",
		"fleetseed.yaml:9:11 credentials.secret: expected where the secret is, never the secret itself, got something else (FS-CONFIG)",
		'fleetseed.yaml:10:24 ssh.identity_agent: expected SSH_AUTH_SOCK or the absolute path of a socket, got "agent.sock" (FS-CONFIG)',
		'fleetseed.yaml:10:62 ssh.strict_host_key_checking: expected yes, ask or accept-new, got "no" (FS-CONFIG)',
	]);
});

test("the API over TCP needs TLS beyond loopback, and the names that it goes by", () => {
	const problemsOf = (api: string) => {
		const parsed = parseSettings(`version: 1\npolicies: p\napi: ${api}\n`, "fleetseed.yaml");
		return "problems" in parsed ? parsed.problems.map(describeProblem) : [];
	};
	assert.deepEqual(problemsOf('{listen: "127.0.0.1:8080"}'), []);
	assert.deepEqual(problemsOf('{listen: "[::1]:0"}'), []);
	assert.match(String(problemsOf('{listen: "10.0.0.1:8080"}')), /expected tls, since it listens on more than loopback/);
	const everywhere = '{listen: "[::]:443", tls: {cert_file: c, key_file: k}}';
	assert.match(String(problemsOf(everywhere)), /api.allowed_hosts: expected at least one of the names/);
	assert.match(String(problemsOf('{listen: "127.0.0.1:99999"}')), /expected an address and a port/);
});

test("names what is wrong with a site", () => {
	const text = `
version: 1
policies: p
sites:
  - { name: graz, subnets: [10.2.0.0/16] }
  - { name: wels, subnets: [10.2.0.1/16, 10.2.0.0, "fd00::/129"] }
  - { name: linz }
  - { name: wien, labels_include_any: [] }
`;
	const parsed = parseSettings(text, "fleetseed.yaml");
	assert.ok("problems" in parsed);
	const subnet = "expected a subnet such as 10.2.0.0/16 or fd00:2::/32, with no bits set beyond its prefix";
	assert.deepEqual(parsed.problems.map(describeProblem), [
		`fleetseed.yaml:6:29 sites[1].subnets[0]: ${subnet}, got "10.2.0.1/16" (FS-CONFIG)`,
		`fleetseed.yaml:6:42 sites[1].subnets[1]: ${subnet}, got "10.2.0.0" (FS-CONFIG)`,
		`fleetseed.yaml:6:52 sites[1].subnets[2]: ${subnet}, got "fd00::/129" (FS-CONFIG)`,
		"fleetseed.yaml:7:5 sites[2]: expected subnets or labels_include_any beside the name, got a mapping (FS-CONFIG)",
		"fleetseed.yaml:8:39 sites[3].labels_include_any: expected at least one label, got an empty list (FS-CONFIG)",
	]);
});

test("no two sites have one name", () => {
	const text =
		"version: 1\npolicies: p\nsites: [{name: graz, subnets: [::/0]}, {name: graz, labels_include_any: [a]}]\n";
	const parsed = parseSettings(text, "fleetseed.yaml");
	assert.ok("problems" in parsed);
	assert.deepEqual(parsed.problems.map(describeProblem), [
		'fleetseed.yaml:3:47 sites[1].name: expected a name that no other has, got "graz" (FS-CONFIG)',
	]);
});

test("a path that was a credential in an earlier release says how it is written now", () => {
	const text = "version: 1\npolicies: p\nssh: { identity_file: credential:id_ed25519 }\n";
	const parsed = parseSettings(text, "fleetseed.yaml");
	assert.ok("problems" in parsed);
	assert.deepEqual(parsed.problems.map(describeProblem), [
		'fleetseed.yaml:3:23 ssh.identity_file: expected a path; what systemd gives the unit is named in `credentials`, as in { ssh-key: { systemd: NAME } }, and then in `identity: ssh-key`, got "credential:id_ed25519" (FS-CONFIG)',
	]);
});
