import type { BudgetReport } from "../console/cockpit.ts";
import { Table } from "./table.tsx";
import { count } from "./words.ts";

/** How many machines may fail before nothing new starts, and how many have. */
export function Budgets({ budgets }: { readonly budgets: readonly BudgetReport[] }) {
	if (budgets.length === 0) return null;
	return (
		<Table
			caption="Failure budgets"
			columns={["over", "failed", "may fail", "failed of those started", "so that"]}
			numbers={["failed", "may fail"]}
		>
			{budgets.map((budget) => (
				<tr key={budget.ring}>
					<th scope="row">{budget.ring === null ? "all rings" : `ring ${budget.ring}`}</th>
					<td class="number">{count(budget.failed)}</td>
					<td class="number">{budget.max_errors === null ? "any number" : count(budget.max_errors)}</td>
					<td>{percent(budget)}</td>
					<td>{budget.is_spent ? "nothing new starts" : "the rollout goes on"}</td>
				</tr>
			))}
		</Table>
	);
}

function percent({ failed, started, max_fail_percentage: most, min_executed }: BudgetReport): string {
	if (most === null) return "any share may fail";
	const share = started === 0 ? 0 : (failed / started) * 100;
	const early = started < min_executed ? `; counts once ${count(min_executed)} have started` : "";
	return `${count(failed)} of ${count(started)}, ${share.toFixed(1)} %; ${most} % may fail${early}`;
}
