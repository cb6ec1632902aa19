export interface JsonSchema {
	readonly description?: string;
	readonly default?: unknown;
	readonly const?: unknown;
	readonly properties?: Readonly<Record<string, JsonSchema>>;
	readonly items?: JsonSchema;
	readonly anyOf?: readonly JsonSchema[];
	readonly oneOf?: readonly JsonSchema[];
}

export interface SchemaKey {
	/** `packages[].source.url` */
	readonly path: string;
	readonly description?: string;
	readonly default?: unknown;
}

/** Every key of the schema, in its order, once. What is of one kind among several is told with the kind's name. */
export function keysOf(schema: JsonSchema, path = ""): readonly SchemaKey[] {
	const { properties = {}, items, anyOf = [], oneOf = [] } = schema;
	const own = Object.entries(properties).flatMap(([key, inner]) => {
		const at = path === "" ? key : `${path}.${key}`;
		const described = inner.description === undefined ? {} : { description: inner.description };
		const preset = inner.default === undefined ? {} : { default: inner.default };
		return [{ path: at, ...described, ...preset }, ...keysOf(inner, at)];
	});
	const branches = [...anyOf, ...oneOf].flatMap((branch) => keysOfKind(branch, path));
	return united([...own, ...branches, ...(items ? keysOf(items, `${path}[]`) : [])]);
}

/** A kind has a key whose value is its name. */
function keysOfKind(branch: JsonSchema, path: string): readonly SchemaKey[] {
	const kind = Object.values(branch.properties ?? {}).find((inner) => inner.const !== undefined)?.const;
	const keys = keysOf(branch, path);
	if (kind === undefined) return keys;
	return keys.map((key) =>
		key.description === undefined ? key : { ...key, description: `${kind}: ${key.description}` },
	);
}

function united(keys: readonly SchemaKey[]): readonly SchemaKey[] {
	return [...Map.groupBy(keys, ({ path }) => path).values()].flatMap(([first, ...others]) => {
		if (first === undefined) return [];
		const descriptions = new Set([first, ...others].flatMap(({ description }) => description ?? []));
		return [descriptions.size < 2 ? first : { ...first, description: [...descriptions].join(" ") }];
	});
}
