import type { PackageSpec } from "../../model/policy.ts";
import { type Installer, PREPARE, programWords, RUN_PROGRAM } from "./installer.ts";

/** tar finds out the compression by itself (gz, xz, zst). VERSION/ appears whole or not at all, and so does the link. */
const ARCHIVE = `${PREPARE}
prepare "$1" ""
destination=$2 version=$3
case $destination in "~/"*) destination=$HOME/\${destination#"~/"} ;; esac
fresh=$destination/.$version.tmp old=$destination/.$version.old link=$destination/.current.tmp
set -e
if tar -tf "$file" | grep -Eq '^/|(^|/)\\.\\.(/|$)'; then
	echo "the archive has an entry outside its own folder"
	exit 1
fi
umask 022
mkdir -p "$destination"
rm -rf "$fresh" "$old"
mkdir "$fresh"
tar --no-same-owner -xf "$file" -C "$fresh"
[ ! -e "$destination/$version" ] || mv -T "$destination/$version" "$old"
mv -T "$fresh" "$destination/$version"
rm -rf "$old"
ln -sfn "$version" "$link"
mv -T "$link" "$destination/current"
`;

const COMMAND = `${PREPARE}
prepare "$1" ""
shift
${RUN_PROGRAM}`;

/** Unpacks into DESTINATION/VERSION and points DESTINATION/current at it, or runs `install.command`. */
export function archiveInstaller({ name, version, sha256, install }: PackageSpec): Installer {
	if (install.command === undefined) {
		return { script: ARCHIVE, arguments: [sha256, install.destination ?? `/opt/${name}`, version] };
	}
	return {
		script: COMMAND,
		arguments: [sha256, ...programWords(install.env, [install.command], install.arguments)],
	};
}
