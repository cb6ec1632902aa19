import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { Client } from "../../../src/console/client.ts";
import type { StatusReport } from "../../../src/console/cockpit.ts";
import { parsePolicy } from "../../../src/policy/parse-policy.ts";
import { parseSettings } from "../../../src/policy/parse-settings.ts";
import { Controller } from "../../demo/controller.ts";
import { DemoFleet, knownHostsOf } from "../../demo/fleet.ts";
import { makeIdentity } from "../../demo/identity.ts";
import { until } from "../../demo/until.ts";
import { Receiver } from "../../notify/receiver.ts";
import { until as untilTold } from "../../notify/until.ts";
import { payloads } from "./payloads.ts";

const SCRIPT = '#!/bin/sh\ntouch "$HOME/hello"\n';
const MACHINE = "mill-01";
/** Somebody whose bastion is not there: nothing listens on the port. */
const BEHIND = "mill-02";
const CONTROL = /\p{Cc}/u;
/** People are told nothing that they cannot see. */
const INVISIBLE = /\p{Cf}/u;

export interface Sent {
	/** By field: how many payloads a real daemon took and went on with to its end. */
	readonly sent: Readonly<Record<string, number>>;
	/** By field: how many it could be given at all. */
	readonly refused: Readonly<Record<string, number>>;
	readonly canaries: readonly string[];
	/** Reasons that people were not told as they were given. */
	readonly differing: readonly string[];
}

/**
 * What no command of ours has in it: a real daemon brings a script to a machine with a real shell, selected by labels that are payloads,
 * while people pause and go on for reasons that are payloads, of which others are told by a template with payloads in it.
 */
export async function injectThroughDaemon(count: number, seed = 1): Promise<Sent> {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-inject-"));
	const canaries = join(folder, "canaries");
	const [fleet, receiver, controller] = [new DemoFleet(), new Receiver(), new Controller(folder)];
	const all = payloads(count, join(canaries, "c"), seed);
	try {
		await mkdir(canaries);
		await receiver.start();
		const plain = all.filter((payload) => !CONTROL.test(payload));
		await prepare({ folder, fleet, receiver, controller, plain });
		controller.start();
		const isDone = ({ totals, machines }: StatusReport) =>
			totals.installed === 1 && machines.some(({ name, reason }) => name === BEHIND && /bastion/.test(reason ?? ""));
		await until(controller, "the script ran on one machine, and the other one's bastion is missed", isDone);
		const told = await steer(folder, receiver, all);
		const visible = plain.filter((payload) => !INVISIBLE.test(payload));
		const differing = visible.filter((payload) => !told.some((summary) => summary.includes(payload)));
		if (!existsSync(join(folder, "machines", MACHINE, "hello"))) differing.push("nothing was run at all");
		const sent = { labels: plain.length, reasons: all.length, "bastion's user": 1, "webhook template": plain.length };
		return { sent, refused: refused(all), canaries: await readdir(canaries), differing };
	} finally {
		await controller.stop();
		await fleet.stop();
		receiver.stop();
		await rm(folder, { recursive: true, force: true });
	}
}

interface Stage {
	readonly folder: string;
	readonly fleet: DemoFleet;
	readonly receiver: Receiver;
	readonly controller: Controller;
	/** Payloads without control characters: labels may have none. */
	readonly plain: readonly string[];
}

async function prepare({ folder, fleet, receiver, controller, plain }: Stage): Promise<void> {
	const identity = await makeIdentity(folder);
	await fleet.start({ folder: join(folder, "machines"), names: [MACHINE, BEHIND], publicKey: identity.publicKey });
	await writeFile(join(folder, "hello.sh"), SCRIPT);
	await writeFile(join(folder, "hook-secret"), "secret\n", { mode: 0o600 });
	const labels = Object.fromEntries(plain.map((payload, index) => [`k${index}`, payload]));
	const machines = fleet.machines.map(({ name, address, port }) => ({ name, address, port, labels }));
	await writeFile(join(folder, "inventory.yaml"), stringify({ version: 1, machines }));
	await writeFile(join(folder, "ssh_config"), sshConfig(plain));
	const template = JSON.stringify({ id: "{{id}}", also: plain.map(withoutMustache), notices: "NOTICES" });
	const each = '[{{#notices}}{"summary":"{{summary}}"},{{/notices}}{"summary":""}]';
	const webhook = { name: "hook", url: receiver.url, secret: "hook-secret", events: ["paused"] };
	await controller.configure({
		policy: policyOf(folder, plain),
		knownHosts: knownHostsOf(fleet.machines),
		identityFile: identity.file,
		more: {
			inventory: "inventory.yaml",
			ssh: { identity_file: identity.file, config_file: "ssh_config" },
			credentials: { "hook-secret": { file: "hook-secret" } },
			notices: { webhooks: [{ ...webhook, template: template.replace('"NOTICES"', each) }] },
		},
	});
}

function policyOf(folder: string, plain: readonly string[]): object {
	const checksum = `sha256:${createHash("sha256").update(SCRIPT).digest("hex")}`;
	const source = { url: `file://${join(folder, "hello.sh")}` };
	const detection = [{ type: "file", path: "~/hello" }];
	const packages = [{ name: "hello", version: "1", type: "script", source, checksum, detection }];
	const targets = { labels_include_all: plain.map((payload, index) => `k${index}=${payload}`) };
	return { version: 1, name: "office", packages, targets, schedule: "now" };
}

/** In quotes, as ssh_config(5) has them; what has quotes of its own cannot be one word there. */
function sshConfig(plain: readonly string[]): string {
	const [user = ""] = plain.filter((payload) => !/["\\]/.test(payload));
	return `Host ${BEHIND}\n  ProxyJump bastion\nHost bastion\n  HostName 127.0.0.1\n  Port 1\n  User "${user}"\n`;
}

/** Mustache takes these for its own, and refuses the template when they are none. */
function withoutMustache(payload: string): string {
	return payload.replaceAll("{", "(").replaceAll("}", ")");
}

/** Pauses and goes on for each reason; answers what somebody was told of it. */
async function steer(folder: string, receiver: Receiver, reasons: readonly string[]): Promise<readonly string[]> {
	const client = new Client(join(folder, "fleetseed.sock"));
	try {
		for (const reason of reasons) {
			await client.post("pause", { by: "tester", reason });
			await client.post("resume", { by: "tester", reason });
		}
		const summaries = () => receiver.notices.map(({ summary }) => summary).filter((summary) => summary !== "");
		await untilTold(() => summaries().length >= reasons.length);
		return summaries();
	} finally {
		await client.close();
	}
}

/** Names are letters, digits and . _ - alone, and who stands for a jump host is no more: more is wrong with each than with a sound word. */
function refused(all: readonly string[]): Readonly<Record<string, number>> {
	const secret = { file: "secret" };
	const settings = (more: object) => parseSettings(stringify({ version: 1, policies: "policies", ...more }), "file");
	const hook = { url: "https://chat.example.org/", secret: "sound" };
	const ways: Readonly<Record<string, (word: string) => object>> = {
		"credential name": (word) => settings({ credentials: { [word]: secret } }),
		"credential that is meant": (word) => settings({ credentials: { sound: secret }, ssh: { password: word } }),
		"webhook name": (word) =>
			settings({ credentials: { sound: secret }, notices: { webhooks: [{ ...hook, name: word }] } }),
		"jump host": (word) => parsePolicy(stringify({ version: 1, ssh: { proxy_jump: word } }), "file"),
	};
	const faults = (answer: object) => ("problems" in answer ? (answer.problems as readonly object[]).length : 0);
	const counts = Object.entries(ways).map(([field, way]) => {
		const few = faults(way("sound"));
		return [field, all.filter((payload) => faults(way(payload)) > few).length] as const;
	});
	return Object.fromEntries(counts);
}
