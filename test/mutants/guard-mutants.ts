import type { Mutant } from "./mutants.ts";

/** A bug in the service, outside of what the simulator plays: a test that is there has to go red. */
export interface GuardMutant extends Mutant {
	readonly test: { readonly file: string; readonly name: string };
}

const ACCESS = "test/console/api-access.test.ts";
const OTHER_HOSTS = "a request for another host is answered with nothing on every route, whatever token it brings";
const OTHER_PAGES =
	"what changes something is refused from pages of others, and taken from our own and the ones that are named";

const FLUSHING = "test/record/flushing.test.ts";
const DESK = "test/console/audit-desk.test.ts";

export const GUARD_MUTANTS: readonly GuardMutant[] = [
	{
		name: "any host is answered (DNS rebinding)",
		file: "console/api/guard.ts",
		from: "if (!api.allowedHosts.includes(request.hostname.toLowerCase())) return",
		to: "if (request.hostname === '') return",
		test: { file: ACCESS, name: OTHER_HOSTS },
	},
	{
		name: "a page of another origin may steer",
		file: "console/api/guard.ts",
		// biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source's own text
		from: "return origin === `${protocol}://${headers.host}` || origins.includes(origin);",
		to: "return true;",
		test: { file: ACCESS, name: OTHER_PAGES },
	},
	{
		name: "a cookie alone says where it comes from",
		file: "console/api/guard.ts",
		from: "return headers.cookie === undefined;",
		to: "return true;",
		test: { file: ACCESS, name: OTHER_PAGES },
	},
	{
		name: "a viewer may steer",
		file: "console/api/guard.ts",
		from: "if (role === undefined || !may(principal.role, role))",
		to: "if (role === undefined)",
		test: { file: ACCESS, name: "each role may use the routes of its own, and no other" },
	},
	{
		name: "a revoked token counts",
		file: "console/api/tokens.ts",
		from: "if (!kept || kept.revokedAt !== null) return null;",
		to: "if (!kept) return null;",
		test: {
			file: ACCESS,
			name: "every route answers 401 without a token, and with a wrong, a revoked or an expired one",
		},
	},
	{
		name: "a token is written down as it is",
		file: "console/api/tokens.ts",
		from: 'record([{ kind: "TokenMade", token: id,',
		to: 'record([{ kind: "TokenMade", token,',
		test: {
			file: "test/console/api-tokens.test.ts",
			name: "a token is nowhere in the journal's file, and its making and its end are in the journal",
		},
	},
	{
		name: "who follows again misses what was between",
		file: "console/api/audit-routes.ts",
		from: 'Number(request.headers["last-event-id"] ?? last)',
		to: "Number(last)",
		test: {
			file: "test/console/api-description.test.ts",
			name: "who follows is told of each line as it is written, and who comes again misses none",
		},
	},
	{
		name: "a source's password is shown",
		file: "policy/without-login.ts",
		from: 'return text.replace(/([a-z][a-z0-9+.-]*:\\/\\/)[^/?#\\s]*@/gi, "$1...@");',
		to: "return text;",
		test: {
			file: "test/console/url-login.test.ts",
			name: "the login that a source's URL carries is in no report, and that it changed is told",
		},
	},
	{
		name: "a notice waits ever longer",
		file: "notify/courier.ts",
		from: "return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures);",
		to: "return FIRST_RETRY_MS * 2 ** failures;",
		test: {
			file: "test/notify/notifier.test.ts",
			name: "what a sink does not take is tried again ever more rarely, and at least every five minutes",
		},
	},
	{
		name: "a sink that took something is still taken for a failing one",
		file: "notify/courier.ts",
		from: "this.#failures = 0;\n\t\toutbox.remove(ids);",
		to: "outbox.remove(ids);",
		test: {
			file: "test/notify/courier.test.ts",
			name: "a sink that took something is a sound one again: its next failure is tried again as soon as its first was",
		},
	},
	{
		name: "what is written during a flush is promised by it",
		file: "record/flushing.ts",
		from: "this.#next = null;\n\t\tif",
		to: "if",
		test: {
			file: FLUSHING,
			name: "what is written in one turn is one flush, and what is written during it waits for the next",
		},
	},
	{
		name: "a line is promised before the disk has taken it",
		file: "record/flushing.ts",
		from: "await flush(this.#descriptor);",
		to: "void flush(this.#descriptor).catch(() => undefined);",
		test: { file: FLUSHING, name: "what the disk refuses is promised to nobody" },
	},
	{
		name: "a flush that failed is forgotten",
		file: "record/flushing.ts",
		from: "await before;",
		to: "await before.catch(() => undefined);",
		test: {
			file: FLUSHING,
			name: "after a flush that failed nothing is promised any more, though the disk takes it again",
		},
	},
	{
		name: "after a checkpoint that failed there is none any more",
		file: "record/checkpoints.ts",
		from: "if (this.#thread === thread) this.#thread = null;",
		to: "",
		test: {
			file: "test/record/journal.test.ts",
			name: "a checkpoint that fails takes nothing with it, and is tried again",
		},
	},
	{
		name: "followers are sent what is not on the disk yet",
		file: "console/audit/audit-desk.ts",
		from: "return this.#journal.seqOnDisk;",
		to: "return this.#journal.lastSeq();",
		test: { file: DESK, name: "a line is shown to nobody until it is on the disk" },
	},
	{
		name: "followers are sent what was made before the last line",
		file: "console/audit/audit-desk.ts",
		from: "this.#frames.clear();",
		to: "",
		test: {
			file: DESK,
			name: "what is sent to followers is made anew when something was written, and again for the next burst",
		},
	},
	{
		name: "followers are told of the first burst alone",
		file: "console/audit/followers.ts",
		from: "this.#isTelling = false;\n\t\tlet told",
		to: "let told",
		test: {
			file: DESK,
			name: "what is sent to followers is made anew when something was written, and again for the next burst",
		},
	},
	{
		name: "a follower that has gone is told",
		file: "console/audit/followers.ts",
		from: "if (this.#listeners.has(listener)) listener();",
		to: "listener();",
		test: { file: DESK, name: "who has gone while others are told is told nothing more" },
	},
	{
		name: "who only looks approves",
		file: "console/commands/policies.ts",
		from: "if (!isSaid && (options.json || !terminal.isInteractive))",
		to: "if (!isSaid && options.json)",
		test: {
			file: "test/console/steer-commands.test.ts",
			name: "approve where nobody can be asked shows the revision and what to type, and approves nothing",
		},
	},
	{
		name: "a daemon that does not answer is bad news",
		file: "console/cli.ts",
		from: "return error.isAnswer ? EXIT.badNews : EXIT.noDaemon;",
		to: "return EXIT.badNews;",
		test: {
			file: "test/console/cli.test.ts",
			name: "a daemon that does not answer is exit code 3, with what to do",
		},
	},
	{
		name: "a file with another digest is taken",
		file: "acquire/download.ts",
		from: "if (saw !== sha256) {",
		to: 'if (saw === "") {',
		test: {
			file: "test/acquire/refuse.test.ts",
			name: "refuses a file with another digest, sets it aside, and names expected, seen and source",
		},
	},
];
