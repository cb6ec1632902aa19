export interface JsonSchema {
	readonly description?: string;
	readonly default?: unknown;
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

/** Every key of the schema, in its order. */
export function keysOf(schema: JsonSchema, path = ""): readonly SchemaKey[] {
	const { properties = {}, items, anyOf = [], oneOf = [] } = schema;
	const own = Object.entries(properties).flatMap(([key, inner]) => {
		const at = path === "" ? key : `${path}.${key}`;
		const described = inner.description === undefined ? {} : { description: inner.description };
		const preset = inner.default === undefined ? {} : { default: inner.default };
		return [{ path: at, ...described, ...preset }, ...keysOf(inner, at)];
	});
	const branches = [...anyOf, ...oneOf].flatMap((branch) => keysOf(branch, path));
	return [...own, ...branches, ...(items ? keysOf(items, `${path}[]`) : [])];
}
