import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

export interface RpmRecipe {
	readonly name: string;
	readonly version: string;
	readonly requires?: string;
	readonly provides?: string;
	/** A shell script that runs before its files come: %pre. */
	readonly pre?: string;
}

/** Builds a package of release 1 for all architectures, with one file that says its version; answers its path. */
export async function makeRpm(folder: string, { name, version, requires, provides, pre }: RpmRecipe): Promise<string> {
	const line = (tag: string, value: string | undefined) => (value === undefined ? "" : `${tag}: ${value}\n`);
	const top = join(folder, `${name}-${version}`);
	await mkdir(top, { recursive: true });
	const spec = `Name: ${name}
Version: ${version}
Release: 1
Summary: of the tests
License: none
BuildArch: noarch
AutoReqProv: no
${line("Requires", requires)}${line("Provides", provides)}%description
Of the tests.
${pre === undefined ? "" : `%pre\n${pre}\n`}%install
mkdir -p %{buildroot}/usr/share/${name}
echo ${version} > %{buildroot}/usr/share/${name}/version
%files
/usr/share/${name}/version
`;
	await writeFile(join(top, "made.spec"), spec);
	const argv = ["-bb", "--quiet", "--define", `_topdir ${top}`, join(top, "made.spec")];
	await promisify(execFile)("rpmbuild", argv);
	return join(top, `RPMS/noarch/${name}-${version}-1.noarch.rpm`);
}
