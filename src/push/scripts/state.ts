/** Finds the state folder on the machine, as `$state`. Every script of ours begins with it. */
export const STATE = `
set -u
umask 077
if [ -n "\${FLEETSEED_STATE:-}" ]; then state=$FLEETSEED_STATE
elif [ "$(id -u)" = 0 ]; then state=/var/lib/fleetseed
else state=$HOME/.local/state/fleetseed
fi
`;
