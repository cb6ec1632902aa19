import { number, showTable } from "../show.ts";
import type { Result } from "./main.ts";

export function showResults(results: readonly Result[]): void {
	const rows = results.map(({ job, name, wallSeconds, clientCpuMs, runningCpuMs, machineCpuMs }) => {
		const running = runningCpuMs === null ? "" : number(runningCpuMs);
		return [job, name, number(wallSeconds), number(clientCpuMs), running, number(machineCpuMs)];
	});
	showTable(["job", "", "wall s", "client CPU ms", "without its start", "machine CPU ms"], rows);
}
