import { after, before, describe } from "node:test";
import { lacksWine } from "../../fleet/windows/wine.ts";
import { courseOn } from "./course.ts";
import { installsOnWine } from "./installs-on-wine.ts";
import { jobsOnWine } from "./jobs-on-wine.ts";
import { type WindowsLab, windowsLab } from "./lab.ts";
import { machineOnWine } from "./machine-on-wine.ts";

describe("a Windows machine, with wine's cmd.exe and msiexec", { skip: lacksWine() ?? false }, () => {
	let lab: WindowsLab;
	before(async () => {
		lab = await windowsLab();
	});
	after(() => lab.stop());

	const course = courseOn(() => lab);
	installsOnWine(course);
	jobsOnWine(course);
	machineOnWine(course);
});
