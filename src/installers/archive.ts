import { type Installer, ZERO_IS_SUCCESS } from "./installer.ts";
import { PREPARE } from "./program.ts";

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

/** Unpacked into DESTINATION/VERSION, to which DESTINATION/current points. */
export const archive: Installer = {
	what: "an archive, unpacked into a folder of its version",
	os: ["linux"],
	suffix: "",
	detection: {
		present: ({ name, version, install }) => [
			{ type: "file", path: `${install.destination ?? under(name)}/${version}` },
		],
		absent: ({ name, version, install }) => [
			{ type: "file", path: `${install.destination ?? under(name)}/${version}` },
		],
	},
	returnCodes: ZERO_IS_SUCCESS,
	destination: under,
	install: ({ name, version, sha256, install }) => ({
		program: ARCHIVE,
		words: [sha256, install.destination ?? under(name), version],
	}),
	uninstall: null,
	busy: () => null,
};

function under(name: string): string {
	return `/opt/${name}`;
}
