import { BOOT_ID } from "../scripts/machine.ts";
import { script } from "./script.ts";

const LOOK = `${BOOT_ID}
set -u
boot=$(boot_id)
echo "boot $boot"
[ "$boot" != "$1" ] || exit 0
[ -n "$3" ] || { echo "test 0"; exit 0; }
( umask 022; cd "\${HOME:-/}" && exec timeout -k 5 "$2" /bin/sh -c "$3" ) </dev/null >/dev/null 2>&1
echo "test $?"
`;

export interface BootTest {
	/** Empty: none. */
	readonly command: string;
	readonly seconds: number;
}

/** The machine's boot, as `boot ID`; when it is another than the one given, then the test's exit code, as `test CODE`: 0 for no test. */
export function lookAfterBoot(bootId: string, { command, seconds }: BootTest): readonly string[] {
	return script(LOOK, bootId, String(seconds), command);
}
