import type { z } from "zod";

/** What data of the schema is. Nobody changes it, as all other data here. */
export type Says<Schema extends z.ZodType> = Frozen<z.output<Schema>>;

type Frozen<T> = T extends readonly (infer Each)[]
	? readonly Frozen<Each>[]
	: T extends object
		? { readonly [Key in keyof T]: Frozen<T[Key]> }
		: T;
