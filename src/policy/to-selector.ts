import type { Selector } from "../model/policy.ts";
import type { PolicyDocument } from "./policy-document.ts";
import { textSet } from "./sets.ts";

export function toSelector(written: PolicyDocument["targets"]): Selector {
	return {
		groups: textSet(written.groups),
		machines: textSet(written.machines),
		...(written.match === undefined ? {} : { match: written.match }),
		labelsIncludeAny: textSet(written.labels_include_any),
		labelsIncludeAll: textSet(written.labels_include_all),
		labelsExcludeAny: textSet(written.labels_exclude_any),
	};
}
