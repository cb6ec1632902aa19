import { type Described, type Installer, ZERO_IS_SUCCESS } from "./installer.ts";
import { PREPARE } from "./program.ts";

const MAX_ENTRIES = 200_000;
/** What an archive may hold: so much anyway, and so many times its own size. */
const FREE_BYTES = 64 * 2 ** 20;
const MAX_RATIO = 200;

/** Sets $destination, with the home for ~/, and what else has a name in it. */
const PLACES = `
destination=$1 version=$2
case $destination in "~/"*) destination=$HOME/\${destination#"~/"} ;; esac
fresh=$destination/.$version.tmp old=$destination/.$version.old link=$destination/.current.tmp
`;

/**
 * tar finds out the compression by itself (gz, xz, zst). What is in the archive is looked at before it is unpacked, and where its links lead
 * before anybody can follow one. VERSION/ appears whole or not at all, and so does the link.
 */
const ARCHIVE = `${PREPARE}
prepare "$1" ""
shift
${PLACES}
listing=$FLEETSEED_JOB/listing
refuse() {
	echo "$1"
	rm -rf "$fresh" "$listing"
	exit 1
}
kind=tar
[ "$(head -c 2 "$file")" != PK ] || kind=zip
# A line for each entry: TYPE SIZE NAME, with newlines in names escaped.
list() {
	case $kind in
	tar) tar --numeric-owner --quoting-style=escape -tvf "$file" |
		LC_ALL=C sed 's/^\\(.\\)[^ ]* *[^ ]* *\\([^ ]*\\) *[^ ]* *[^ ]* /\\1 \\2 /; s/^\\(l .*\\) -> .*/\\1/' ;;
	zip) unzip -Z -l "$file" | LC_ALL=C sed -n 's/^\\([-dl?]\\)[^ ]* *[^ ]* *[^ ]* *\\([0-9]*\\) *[^ ]* *[^ ]* *[^ ]* *[^ ]* *[^ ]* /\\1 \\2 /p' ;;
	esac
}
case $kind in
tar) tar --version 2>/dev/null | grep -q '^tar (GNU tar)' || refuse "the machine has no GNU tar" ;;
zip) command -v unzip >/dev/null || refuse "the machine has no unzip" ;;
esac
list > "$listing" || refuse "the archive cannot be read"
[ -s "$listing" ] || refuse "the archive is empty, or cannot be read"
most=$(( $(stat -c %s "$file") * ${MAX_RATIO} + ${FREE_BYTES} ))
said=$(LC_ALL=C awk -v most="$most" '
	{ type = $1; size = $2; name = $0; sub(/^[^ ]* [^ ]* /, "", name); bytes += size }
	type !~ /^[-dlh?]$/ { print "the archive has an entry that is neither file, folder nor link: " name; exit }
	name ~ /^\\// || name ~ /(^|\\/)\\.\\.(\\/|$)/ { print "the archive has an entry outside its own folder: " name; exit }
	NR > ${MAX_ENTRIES} { print "the archive has more than ${MAX_ENTRIES} entries"; exit }
	bytes > most { print "the archive would unpack to more than ${MAX_RATIO} times its size"; exit }
	END { printf "%.0f\\n", bytes }' "$listing" | head -n 1)
case $said in *[!0-9]*) refuse "$said" ;; esac
rm -f "$listing"
# The headers of a zip may lie about sizes, and unzip takes no offence: what comes out is counted before any of it is written.
if [ $kind = zip ]; then
	counted=$(unzip -p "$file" </dev/null 2>/dev/null | head -c $(( most + 1 )) | wc -c)
	[ "$counted" -le "$most" ] || refuse "the archive would unpack to more than ${MAX_RATIO} times its size, and says otherwise"
	[ "$counted" -le "$said" ] || said=$counted
fi
umask 022
mkdir -p "$destination" || exit 1
rm -rf "$fresh" "$old"
free=$(df -Pk "$destination" | awk 'NR == 2 { print $4 }')
[ "$free" -gt "$(( said / 1024 + 1024 ))" ] || refuse "no space for $(( said / 1024 )) KiB in $destination, which has $free"
mkdir "$fresh" || exit 1
case $kind in
tar) tar --no-same-owner -xf "$file" -C "$fresh" ;;
zip) unzip -qq -o "$file" -d "$fresh" </dev/null ;;
esac || refuse "the archive cannot be unpacked"
[ -z "$(find "$fresh" ! -type f ! -type d ! -type l -print | head -n 1)" ] || refuse "the archive has a device"
escaping=$(find "$fresh" -type l -exec /bin/sh -c '
	inside=$(realpath "$1")
	shift
	for each; do
		case $(readlink "$each") in /*) echo "$each"; continue ;; esac
		case $(realpath -m "$each") in "$inside"|"$inside"/*) ;; *) echo "$each" ;; esac
	done' links "$fresh" {} + | head -n 1)
[ -z "$escaping" ] || refuse "the archive has a link out of its own folder: \${escaping#"$fresh"/}"
set -e
[ ! -e "$destination/$version" ] || mv -T "$destination/$version" "$old"
sync -f "$fresh"
mv -T "$fresh" "$destination/$version"
rm -rf "$old"
ln -sfn "$version" "$link"
mv -T "$link" "$destination/current"
`;

/** Other versions stay; \`current\` goes with the version that it points at, and the folder with its last entry. */
const REMOVE = `set -u
${PLACES}
[ "$(readlink "$destination/current")" != "$version" ] || rm -f "$destination/current" || exit 1
rm -rf "\${destination:?}/\${version:?}" "$fresh" "$old" "$link" || exit 1
rmdir "$destination" 2>/dev/null
exit 0
`;

/** Unpacked into DESTINATION/VERSION, to which DESTINATION/current points. */
export const archive: Installer = {
	what: "an archive (tar.gz, tar.xz, tar.zst, zip), unpacked into a folder of its version",
	os: ["linux"],
	suffix: "",
	detection: { present: folder, absent: folder },
	returnCodes: ZERO_IS_SUCCESS,
	destination: under,
	install: (spec) => ({ program: ARCHIVE, words: [spec.sha256, ...placeOf(spec)] }),
	uninstall: (spec) => ({ program: REMOVE, words: placeOf(spec) }),
	busy: () => null,
};

function folder(described: Described) {
	return [{ type: "file" as const, path: placeOf(described).join("/") }];
}

function placeOf({ name, version, install }: Described): readonly [string, string] {
	return [install.destination ?? under(name), version];
}

function under(name: string): string {
	return `/opt/${name}`;
}
