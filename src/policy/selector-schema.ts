import { z } from "zod";
import { expects } from "./expectation.ts";
import { glob, labelMatch, name } from "./fields.ts";
import { mapping, rule } from "./mapping.ts";

const SELECTION = 'at least one machine, group or label (match: "*" selects every machine)';

/** An empty list is refused like an empty selection: it never means all. */
function selected(item: z.ZodString) {
	return z.array(item).min(1, expects("at least one", "FS-POLICY-SELECTION")).optional();
}

const shape = {
	groups: selected(name).describe("Machines in any of these groups."),
	machines: selected(name).describe("Machines with any of these names."),
	match: glob.optional().describe('Machines whose name matches this glob of * and ?; "*" is every machine.'),
	labels_include_any: selected(labelMatch).describe('Machines with any of these labels: "key" or "key=value".'),
	labels_include_all: selected(labelMatch).describe("Machines with all of these labels."),
	labels_exclude_any: selected(labelMatch).describe("Not the machines with any of these labels."),
};

/** Excluding alone selects nothing: it has to be from something. */
const selecting = (Object.keys(shape) as (keyof typeof shape)[]).filter((key) => key !== "labels_exclude_any");

type Selection = Readonly<Partial<Record<keyof typeof shape, unknown>>>;

export const selectorSchema = mapping(shape, expects(SELECTION, "FS-POLICY-SELECTION")).check(
	rule<Selection>(Object.keys(shape), (selection) => {
		const isEmpty = selecting.every((key) => selection[key] === undefined);
		return isEmpty ? [{ path: [], expected: SELECTION, code: "FS-POLICY-SELECTION" }] : [];
	}),
);
