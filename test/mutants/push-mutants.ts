import type { GuardMutant } from "./guard-mutants.ts";

const KEPT = "test/push/kept-shell.test.ts";
const START = "test/push/start-job.test.ts";
const CLEAN = "test/push/clean.test.ts";

const by = (file: string, name: string) => ({ test: { file, name } });

const CUT = by(KEPT, "an answer is read wherever its chunks end");
const AS_THE_FIRST = by(
	KEPT,
	"one shell runs script after script, each with its own words and as if it were the first",
);
const KILLED = by(KEPT, "a shell that is killed in the middle of a script is told as such, one that rests is replaced");
const ENDLESS = by(
	KEPT,
	"a script that answers without an end is given up long before its time, and the next one has another shell",
);
const GIVEN_UP = by(KEPT, "a script that is given up takes its shell with it, and the next one has another");
const SAME_TIME = by(KEPT, "what is asked at the same time has a shell of its own, which stays too");
const CUT_SHORT = by(KEPT, "of a script that arrives cut short nothing is run, wherever the cut is");
const ONLY_SESSION = by(
	"test/push/real-sessions.test.ts",
	"a shell that stays gives the only session to whoever waits for one, and comes back",
);

/** The shell that stays at a machine, and what it answers. */
const OF_THE_SHELL: readonly GuardMutant[] = [
	{
		name: "kept shell: the first line is the whole answer",
		file: "push/kept-answer.ts",
		// biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source's own text
		from: "if (!this.#after?.endsWith(`${this.#word}\\n`)) return null;",
		to: 'if (!this.#after?.includes("\\n")) return null;',
		...CUT,
	},
	{
		name: "kept shell: half a word counts as output",
		file: "push/kept-answer.ts",
		from: "Math.max(0, bytes.length - this.#word.length)",
		to: "bytes.length",
		...CUT,
	},
	{
		name: "kept shell: what is held back is lost where the shell ends",
		file: "push/kept-answer.ts",
		from: "		this.#stdout.add(this.#held);\n",
		to: "",
		...CUT,
	},
	{
		name: "kept shell: what follows the word may be as long as it likes",
		file: "push/kept-answer.ts",
		from: "(this.#after?.length ?? 0) > MAX_AFTER_BYTES",
		to: "false",
		...by(KEPT, "a machine that knows the word and goes on after it is no answer, either"),
	},
	{
		name: "an answer may have no end",
		file: "push/capped-buffer.ts",
		from: "return this.#forgotten > EXCESS_BYTES;",
		to: "return false;",
		...ENDLESS,
	},
	{
		name: "an answer is given up at the first byte that is not kept",
		file: "push/capped-buffer.ts",
		from: "return this.#forgotten > EXCESS_BYTES;",
		to: "return this.#forgotten > 0;",
		...ENDLESS,
	},
	{
		name: "a command may have no end of what it says",
		file: "push/session.ts",
		from: "if (kept.isFlooded) flooded();",
		to: "",
		...by("test/push/session.test.ts", "runs commands side by side with capped output, input and exit codes"),
	},
	{
		name: "kept shell: one that ends in the middle has succeeded",
		file: "push/kept-shell.ts",
		from: "this.#exitCode || undefined",
		to: "this.#exitCode ?? undefined",
		...by(KEPT, "a shell that goes without a word has not run the script, whatever it exits with"),
	},
	{
		name: "kept shell: one without an exit status has run the script",
		file: "push/kept-shell.ts",
		from: "this.#exitCode === undefined ? null : ran",
		to: "ran",
		...by(KEPT, "of a script whose channel closes without an exit status it is not known what became"),
	},
	{
		name: "kept shell: one that is gone is asked again",
		file: "push/kept-shells.ts",
		from: "if (!shell || shell.isOpen) return shell;",
		to: "return shell;",
		...KILLED,
	},
	{
		name: "kept shell: a script that is given up goes on",
		file: "push/kept-shells.ts",
		from: "if (shell.channel) this.#channels.giveUp(shell.channel);",
		to: "",
		...GIVEN_UP,
	},
	{
		name: "kept shell: a script that is given up begins",
		file: "push/kept-shells.ts",
		from: "if (signal.aborted) this.#channels.giveUp(channel);",
		to: "if (signal.aborted && channel.destroyed) this.#channels.giveUp(channel);",
		...by(KEPT, "a script that is given up before its shell is there is never run"),
	},
	{
		name: "kept shell: who starts it is not given the password",
		file: "push/kept-shell.ts",
		// biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source's own text
		from: 'this.#ask(`${firstLine === null ? "" : `${firstLine}\\n`}${this.#word}\\n`, question);',
		// biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source's own text
		to: "this.#ask(`${this.#word}\\n`, question);",
		...by(
			"test/push/become.test.ts",
			"where sudo asks, a shell that stays is given the password once, and no script hears of it",
		),
	},
	{
		name: "kept shell: one that has answered is not asked again",
		file: "push/kept-shells.ts",
		from: "else this.#resting.push(shell);",
		to: "else shell.end();",
		...SAME_TIME,
	},
	{
		name: "kept shell: one for all that is asked at a time",
		file: "push/kept-shells.ts",
		from: "const shell = this.#resting.pop();",
		to: "const shell = this.#resting[0];",
		...SAME_TIME,
	},
	{
		name: "kept shell: one that rests keeps the only session",
		file: "push/kept-shells.ts",
		from: "this.#take()?.end();",
		to: "",
		...ONLY_SESSION,
	},
	{
		name: "kept shell: one that others wait for goes to rest",
		file: "push/kept-shells.ts",
		from: "if (this.#channels.isContested) shell.end();",
		to: "if (this.#channels.isContested && !shell.isOpen) shell.end();",
		...ONLY_SESSION,
	},
	{
		name: "kept shell: a script reads the next one",
		file: "push/scripts/kept-shell.ts",
		from: "3>&- </dev/null);",
		to: "3>&-);",
		...AS_THE_FIRST,
	},
	{
		name: "kept shell: what a script says on stderr has no end",
		file: "push/scripts/kept-shell.ts",
		from: "%.4096s",
		to: "%s",
		...by(KEPT, "of what a script says on stderr the first 4 KiB come"),
	},
	{
		name: "kept shell: a script that is cut short is run",
		file: "push/scripts/kept-shell.ts",
		from: '*"# $word") ;; *) break ;;',
		to: "*) ;;",
		...CUT_SHORT,
	},
	{
		name: "kept shell: any line is a script's beginning",
		file: "push/scripts/kept-shell.ts",
		from: 'while read -r first size && [ "$first" = "$word" ]; do',
		to: "while read -r first size; do",
		...by(KEPT, "a line that does not begin with the word ends the shell"),
	},
	{
		name: "kept shell: it goes where the machine limits the time of a shell",
		file: "push/scripts/kept-shell.ts",
		from: "unset TMOUT\n",
		to: "",
		...by(KEPT, "a shell waits for the next script however short TMOUT is"),
	},
	{
		name: "kept shell: a script's exit ends it",
		file: "push/scripts/kept-shell.ts",
		from: '{ said=$({ eval "$text"; } 2>&1 >&3 3>&- </dev/null); } 3>&1',
		to: 'said=; eval "$text" </dev/null',
		...AS_THE_FIRST,
	},
];

const FIRST_MOMENT = by(START, "a job that is killed in its first moment is lost at once");
const ONE_LOCK = by(START, "jobs start one after the other, under the lock of all fences");
const LATE = by(
	START,
	"a late attempt does not start after a newer one, an older run neither, until the machine is cleaned",
);

/** How a job begins. */
const OF_THE_START: readonly GuardMutant[] = [
	{
		name: "start: the job has no lock",
		file: "push/scripts/job.ts",
		from: 'flock -w 60 9 && : > "$job/started" || return 1',
		to: ': > "$job/started" || return 1',
		...FIRST_MOMENT,
	},
	{
		name: "start: the job has no mark of having begun",
		file: "push/scripts/job.ts",
		from: 'flock -w 60 9 && : > "$job/started" || return 1',
		to: "flock -w 60 9 || return 1",
		...FIRST_MOMENT,
	},
	{
		name: "start: who starts the job keeps its lock",
		file: "push/scripts/job.ts",
		from: "</dev/null >/dev/null 2>&1 &\n\texec 9>&-\n}",
		to: "</dev/null >/dev/null 2>&1 &\n}",
		...FIRST_MOMENT,
	},
	{
		name: "start: two at a time",
		file: "push/scripts/job.ts",
		from: 'flock -w 30 8 && make_folder "$@" || return 1',
		to: 'make_folder "$@" || return 1',
		...ONE_LOCK,
	},
	{
		name: "start: a hangup ends it",
		file: "push/scripts/job.ts",
		from: "	trap '' HUP\n",
		to: "",
		...by(
			START,
			"a job whose connection breaks while it is started runs all the same, and what it installs hears hangups",
		),
	},
	{
		name: "start: the fence is not kept",
		file: "push/scripts/job.ts",
		from: '[ -z "$fence" ] || mv "$passed.new" "$passed"',
		to: ":",
		...LATE,
	},
	{
		name: "start: an older run passes the fence",
		file: "push/scripts/job.ts",
		from: '[ "$run" -lt "$last_run" ] ||',
		to: "",
		...LATE,
	},
	{
		name: "start: a pruned job starts again",
		file: "push/scripts/job.ts",
		from: '[ "$attempt" -le "$last_attempt" ]',
		to: '[ "$attempt" -lt "$last_attempt" ]',
		...by(
			CLEAN,
			"prunes by itself after an install: old ended jobs and packages, not what is young, and not what runs",
		),
	},
	{
		name: "start: without a package, an attempt is used up",
		file: "push/scripts/job.ts",
		from: "{ started=unstaged; return 0; }",
		to: ":",
		...by(START, "uses up no attempt when nothing is staged"),
	},
	{
		name: "start: what is used is as old as it was",
		file: "push/scripts/job.ts",
		// biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source's own text
		from: 'touch -c "$shim" "$program" \\${staged:+"$state/packages/$staged"}',
		to: ":",
		...by(
			CLEAN,
			"prunes by itself after an install: old ended jobs and packages, not what is young, and not what runs",
		),
	},
];

const LOOKS = by(CLEAN, "looks for what is due once a day of a boot, and at once where jobs are too many");
const PRUNES = by(
	CLEAN,
	"prunes by itself after an install: old ended jobs and packages, not what is young, and not what runs",
);
const SHARES = by(
	CLEAN,
	"keeps 10 GiB of packages for their month, and what comes beyond that, the oldest first, for a day",
);

/** When a machine looks for what is due, and what it finds. */
const OF_PRUNING: readonly GuardMutant[] = [
	{
		name: "prune: too many jobs wait for the day's look",
		file: "push/scripts/prune.ts",
		// biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source's own text
		from: "[ $# -le ${KEPT_JOBS} ] || return 0",
		to: ":",
		...by(CLEAN, "keeps the newest 200 jobs of installs"),
	},
	{
		name: "prune: a look where there is nothing but this job",
		file: "push/scripts/prune.ts",
		from: "[ $# -gt 2 ] || return 1",
		to: ":",
		...LOOKS,
	},
	{
		name: "prune: no look where one other thing is",
		file: "push/scripts/prune.ts",
		from: "[ $# -gt 2 ] || return 1",
		to: "[ $# -gt 3 ] || return 1",
		...LOOKS,
	},
	{
		name: "prune: no look after a boot",
		file: "push/scripts/prune.ts",
		from: '[ "$looked_boot" != "$boot" ] || ',
		to: "",
		...LOOKS,
	},
	{
		name: "prune: one look for ever",
		file: "push/scripts/prune.ts",
		// biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source's own text
		from: " || [ $(( up - looked_up )) -ge ${DAY_SECONDS} ] || return 1",
		to: " || return 1",
		...LOOKS,
	},
	{
		name: "prune: a look after each install",
		file: "push/scripts/prune.ts",
		from: '	echo "$boot $up" > "$state/pruned"\n',
		to: "",
		...LOOKS,
	},
	{
		name: "prune: nothing is old enough to be looked at",
		file: "push/scripts/prune.ts",
		// biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source's own text
		from: "\\\\( -mtime +${KEPT_DAYS} -o",
		to: "\\\\( -false -o",
		...PRUNES,
	},
	{
		name: "prune: packages that are too many together are not looked at",
		file: "push/scripts/prune.ts",
		// biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source's own text
		from: "-size +$(( ${KEPT_PACKAGES_KIB} / $# ))k",
		// biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source's own text
		to: "-size +${KEPT_PACKAGES_KIB}k",
		...SHARES,
	},
	{
		name: "prune: what runs goes, too",
		file: "push/scripts/prune.ts",
		from: '! has_ended "$state/jobs/$key" || rm -rf',
		to: "rm -rf",
		...PRUNES,
	},
	{
		name: "prune: a delivery goes in parts",
		file: "push/scripts/prune.ts",
		from: 'has_ended "$each" || continue 2',
		to: 'has_ended "$each" || continue',
		...PRUNES,
	},
];

/** Bugs in what runs at a machine, and in how it is asked. */
export const PUSH_MUTANTS: readonly GuardMutant[] = [...OF_THE_SHELL, ...OF_THE_START, ...OF_PRUNING];
