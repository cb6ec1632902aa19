/** The rooms and what each may import: the allow-list of ARCHITECTURE.md. A new room is a new row here and there. */
const rooms = {
	model: [],
	installers: ["model"],
	policy: ["installers", "model"],
	plan: ["installers", "policy", "model"],
	simulate: ["plan", "policy", "model"],
	acquire: ["model"],
	discover: ["model"],
	swarm: ["model"],
	push: ["installers", "model"],
	record: ["model"],
	notify: ["plan", "policy", "model"],
	console: ["record", "simulate", "plan", "policy", "model"],
	dashboard: ["console", "record"],
	agent: ["swarm", "discover", "model"],
	packaging: ["console", "policy"],
	daemon: [
		"model",
		"installers",
		"policy",
		"plan",
		"acquire",
		"discover",
		"swarm",
		"push",
		"record",
		"notify",
		"console",
		"agent",
	],
};

/** Libraries that the pure rooms may use: each is a function of its arguments. */
const pureLibraries = "^node_modules/(croner|immutable|mustache|pure-rand|tinyqueue|yaml|zod|@noble/hashes)/";

/** What makes the shipped files is not shipped itself. */
function librariesOf(room) {
	return ["core", "npm", "npm-optional", ...(room === "packaging" ? ["npm-dev"] : [])];
}

const allowed = Object.entries(rooms).flatMap(([room, imports]) => [
	{ from: { path: `^src/${room}/` }, to: { path: `^src/(${[room, ...imports].join("|")})/` } },
	["model", "installers", "policy", "plan", "simulate"].includes(room)
		? { from: { path: `^src/${room}/` }, to: { path: pureLibraries } }
		: { from: { path: `^src/${room}/` }, to: { pathNot: "^src/", dependencyTypes: librariesOf(room) } },
]);

module.exports = {
	allowed: [...allowed, { from: { path: "^test/" }, to: {} }],
	allowedSeverity: "error",
	forbidden: [{ name: "no-circular", severity: "error", from: {}, to: { circular: true } }],
	options: {
		doNotFollow: { path: "node_modules" },
		tsConfig: { fileName: "tsconfig.json" },
		tsPreCompilationDeps: true,
		enhancedResolveOptions: {
			exportsFields: ["exports"],
			conditionNames: ["import", "node", "default", "types"],
			extensions: [".ts", ".tsx", ".js", ".mjs", ".cjs", ".d.ts"],
		},
	},
};
