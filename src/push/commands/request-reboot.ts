import { BOOT_ID, COUNT_USERS } from "../scripts/machine.ts";
import { script } from "./script.ts";

/** One that is under way already is as good as a new one: systemd refuses or merges a second request, init(8) refuses it. */
const REQUEST = `${BOOT_ID}${COUNT_USERS}
set -u
is_going_down() {
	case "$(systemctl is-system-running 2>/dev/null) $(runlevel 2>/dev/null)" in
	stopping*|*" 0"|*" 6") return 0 ;;
	*) return 1 ;;
	esac
}
[ "$(boot_id)" = "$1" ] || { echo booted; exit 0; }
PATH=$PATH:/usr/sbin:/sbin
if is_going_down; then echo taken; exit 0; fi
if [ "$2" = users ]; then
	users=$(count_users)
	[ "$users" -eq 0 ] || { echo "users $users"; exit 0; }
fi
if said=$({ shutdown -r now "$3" || systemctl reboot || reboot; } 2>&1 </dev/null) || is_going_down; then echo taken
else echo "refused $said" | head -n 1
fi
`;

export interface RebootRequest {
	/** The boot that must end: another one is left alone. */
	readonly bootId: string;
	readonly sparesUsers: boolean;
	/** For whoever is logged in. */
	readonly message: string;
}

/**
 * Asks the machine to reboot, in one breath with what could forbid it. One line: `taken`, `booted` (another boot), `users COUNT` or
 * `refused WHY`; none when the machine went down under it.
 */
export function requestReboot({ bootId, sparesUsers, message }: RebootRequest): readonly string[] {
	return script(REQUEST, bootId, sparesUsers ? "users" : "", message);
}
