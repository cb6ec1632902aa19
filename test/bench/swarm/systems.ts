import type { SystemName } from "./arguments.ts";
import { ARIA2 } from "./aria2.ts";
import { FLEETSEED } from "./fleetseed.ts";
import type { System } from "./system.ts";

export const SYSTEMS: Readonly<Record<SystemName, System>> = {
	fleetseed: FLEETSEED,
	aria2: ARIA2,
};
