import type { RolloutReport } from "../console/cockpit.ts";
import { MachineLink, State } from "./parts.tsx";
import { STATES } from "./states.ts";
import { FLOOR_NOTE, Table } from "./table.tsx";
import { bytes, count } from "./words.ts";

/** Each machine of a rollout, with how its packages came to it. */
export function RolloutMachines({ rollout }: { readonly rollout: RolloutReport }) {
	const shown = rollout.machines.toSorted(byState).slice(0, SHOWN);
	const isMeasured = rollout.machines.some(({ delivery }) => typeof delivery?.floor_multiple === "number");
	const all = count(rollout.machines.length);
	const rest =
		rollout.machines.length > shown.length ? `: ${shown.length} of ${all}, failed ones first; the wall has all` : "";
	return (
		<Table
			note={isMeasured ? FLOOR_NOTE : null}
			caption={`Machines${rest}`}
			columns={["machine", "ring", "state", "way", "from the controller", "from machines", "times the floor", "reason"]}
			numbers={["from the controller", "from machines", "times the floor"]}
		>
			{shown.map(({ machine, ring, state, progress, delivery, reason }) => (
				<tr key={machine}>
					<th scope="row">
						<MachineLink name={machine} />
					</th>
					<td>{ring}</td>
					<td>
						<State state={state} />
						{progress !== null && ` ${Math.floor(progress * 100)} %`}
					</td>
					<td>{delivery?.method}</td>
					<td class="number">{delivery && delivery.source_bytes !== null && bytes(delivery.source_bytes)}</td>
					<td class="number">{delivery && delivery.peer_bytes !== null && bytes(delivery.peer_bytes)}</td>
					<td class="number">
						{typeof delivery?.floor_multiple === "number" && `${delivery.floor_multiple.toFixed(2)} ×`}
					</td>
					<td class="text">{reason}</td>
				</tr>
			))}
		</Table>
	);
}

const SHOWN = 200;
const ORDER = Object.keys(STATES);

/** What a person should look at first is first. */
function byState(a: RolloutReport["machines"][number], b: RolloutReport["machines"][number]): number {
	return ORDER.indexOf(a.state) - ORDER.indexOf(b.state);
}
