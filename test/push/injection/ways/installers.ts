import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { actFor, INSTALLERS } from "../../../../src/installers/registry.ts";
import type { PackageSpec } from "../../../../src/model/policy.ts";
import { taskOf } from "../../lab.ts";
import { sha256Of } from "../../stage.ts";
import { ECHO, type Ground } from "../ground.ts";
import { runIn } from "../shells.ts";

/** Each type's own program, with payloads in whatever the policy fills; its tools only say what they were given. */
export async function installers({ shell, batch, folder, env, count, compare }: Ground): Promise<void> {
	const state = join(folder, "state");
	await mkdir(join(state, "packages"), { recursive: true });
	const content = `#!/bin/sh\n${ECHO}\n`;
	const sha256 = sha256Of(content);
	await writeFile(join(state, "packages", sha256), content);
	const [name = "", version = ""] = batch;
	for (const [type, installer] of INSTALLERS) {
		if (!installer.os.includes("linux")) continue;
		const env1 = Object.fromEntries(batch.map((word, index) => [`V${index}`, word]));
		const install = {
			...taskOf().spec.install,
			arguments: batch,
			env: env1,
			destination: join(folder, "home", "x", "y"),
		};
		const spec: PackageSpec = { ...taskOf().spec, type, name, version, sha256, install };
		const absent = { ...spec, state: "absent" as const, sha256: "", uninstall: { arguments: batch } };
		const acts = [
			actFor(spec, {}),
			actFor({ ...spec, install: { ...install, command: join(folder, "bin/apt-get") } }, {}),
			...(installer.uninstall ? [actFor(absent, {})] : []),
			actFor({ ...absent, uninstall: { command: join(folder, "bin/apt-get"), arguments: batch } }, {}),
		];
		for (const [index, { program, words }] of acts.entries()) {
			await writeFile(join(folder, "program"), program);
			const ran = runIn(shell, [join(folder, "program"), ...words], { ...env, state, FLEETSEED_JOB: folder });
			count(`${type} installer`, batch.length);
			const isCommand = index === acts.length - 1;
			if (isCommand) compare(`${type} uninstall.command`, ran.stdout.split("\x01"), batch);
		}
	}
}
