import type { MachineFacts } from "../model/facts.ts";
import type { Machine } from "../model/machine.ts";
import type { Site } from "../model/traffic.ts";
import { siteOf } from "../plan/site-of.ts";
import { unnamed } from "../plan/unnamed.ts";
import { actOf } from "./act.ts";
import type { FactsRow, MachineRow } from "./cockpit.ts";
import { keyText } from "./host-key-text.ts";
import { iso } from "./time-text.ts";

/** What is known of a machine, whatever the policies. */
export function machineRow(machine: Machine, sites: readonly Site[]): MachineRow {
	const { name, address, port, trust, presence, groups, labels, sources, excluded, facts } = machine;
	return {
		name,
		address,
		port,
		trust: trust.kind,
		presence:
			presence.kind === "unreachable"
				? `unreachable: ${unnamed(name, presence.failure).detail} (${presence.failure.code})`
				: presence.kind,
		groups,
		labels,
		site: siteOf(sites, machine),
		sources,
		host_keys: trust.kind === "discovered" ? [] : trust.hostKeys.map(keyText),
		excluded: excluded ? actOf(excluded) : null,
		clones: "clones" in trust ? trust.clones : null,
		facts: facts ? factsRow(facts) : null,
	};
}

function factsRow(facts: MachineFacts & { readonly at: number }): FactsRow {
	return {
		os: facts.os,
		distribution: facts.distribution ?? null,
		os_version: facts.osVersion,
		arch: facts.arch,
		disk_free_bytes: facts.diskFreeBytes,
		memory_bytes: facts.memoryBytes,
		is_reboot_needed: facts.isRebootNeeded,
		users: facts.users,
		boot_id: facts.bootId,
		disk_bytes: facts.diskBytes ?? null,
		machine_id: facts.machineId ?? null,
		shell: facts.shell ?? null,
		init: facts.init ?? null,
		package_managers: facts.packageManagers ?? [],
		delivery_tools: facts.deliveryTools ?? [],
		user_names: facts.userNames ?? [],
		at: iso(facts.at),
	};
}
