/**
 * A shell that stays, and runs script after script. Its first line is a word that only we know; each script is a line `WORD BYTES` and so many bytes, the last of
 * which are `# WORD`: one that a breaking connection cut short is not run. Answered is what the
 * script prints, then `WORD CODE`, and on the next line what it said on stderr, then WORD again. Whatever else it reads ends it. No script is in anybody's list of processes.
 * TMOUT would have bash wait no longer than that for the next one. ksh93 has no process of its own for `$(...)`, so that an `exec` there would last.
 */
export const KEPT_SHELL = `
unset TMOUT
IFS= read -r word || exit
while read -r first size && [ "$first" = "$word" ]; do
	text=$(head -c "$size")
	case $text in *"# $word") ;; *) break ;; esac
	{ said=$({ eval "$text"; } 2>&1 >&3 3>&- </dev/null); } 3>&1
	printf '%s %s\\n%.4096s%s\\n' "$word" $? "$said" "$word"
done
`;

/** A script as that shell takes it. */
export function framed(word: string, text: string): string {
	const whole = `${text}\n# ${word}`;
	return `${word} ${Buffer.byteLength(whole)}\n${whole}`;
}
