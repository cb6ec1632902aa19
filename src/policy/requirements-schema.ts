import { z } from "zod";
import { freeText, text, whole } from "./fields.ts";
import { mapping } from "./mapping.ts";

const word = text(/^[a-z0-9][a-z0-9._-]{0,63}$/, "a word in lower case");

export const requirementsSchema = mapping({
	os: z
		.array(word)
		.min(1, "at least one")
		.optional()
		.describe("Any of these systems or distributions: linux, windows, debian, ubuntu (ID in os-release)."),
	arch: z
		.array(word)
		.min(1, "at least one")
		.optional()
		.describe("Any of these architectures: amd64, arm64, i386, armhf."),
	min_os_version: text(/^\d+(\.\d+){0,4}$/, 'a version such as "12" or "22.04", in quotes')
		.optional()
		.describe("The oldest version of the system that will do, compared number by number."),
	disk_space_mb: whole(1, 100_000_000)
		.optional()
		.describe("Megabytes that must be free where packages are staged, before anything is sent."),
	memory_mb: whole(1, 100_000_000).optional().describe("Megabytes of memory that the machine must have."),
	script: freeText
		.optional()
		.describe("A script, run by /bin/sh before anything is sent; must exit with 0 and must not change the machine."),
});
