/** The same shape, that nobody may change: what a schema says, as all other data here is. */
export type Frozen<T> = T extends readonly (infer Each)[]
	? readonly Frozen<Each>[]
	: T extends object
		? { readonly [Key in keyof T]: Frozen<T[Key]> }
		: T;
