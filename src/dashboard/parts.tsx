import type { MachineState } from "../console/cockpit.ts";
import { segment } from "./api.ts";
import { STATES, TONES } from "./states.ts";

/** A state by its mark, its colour and its word. */
export function State({ state }: { readonly state: MachineState }) {
	const { mark, tone, words } = STATES[state];
	return (
		<span class="state">
			<span class="mark" style={{ background: TONES[tone] }} aria-hidden="true">
				{mark}
			</span>
			{words}
		</span>
	);
}

/** Where a machine's page is. */
export function machinePlace(name: string): string {
	return `#/machines/${segment(name)}`;
}

export function MachineLink({ name }: { readonly name: string }) {
	return <a href={machinePlace(name)}>{name}</a>;
}

/** Nothing is to be seen before there is one. */
export function NoPolicy() {
	return (
		<p>
			No policy is in force: put one into the policies folder, whose README says how, then <code>fleetseed check</code>{" "}
			and <code>fleetseed reload</code>.
		</p>
	);
}

export function PolicyLink({ name }: { readonly name: string }) {
	return <a href={`#/rollouts/${segment(name)}`}>{name}</a>;
}
