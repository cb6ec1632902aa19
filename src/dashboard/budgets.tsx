import type { BudgetReport } from "../console/cockpit.ts";
import { TableHead } from "./parts.tsx";
import { count } from "./words.ts";

/** How many machines may fail before nothing new starts, and how many have. */
export function Budgets({ budgets }: { readonly budgets: readonly BudgetReport[] }) {
	if (budgets.length === 0) return null;
	return (
		<section class="card scroll">
			<table>
				<caption>Failure budgets</caption>
				<TableHead columns={["over", "failed / allowed", "failed / allowed, of those started", "so that"]} />
				<tbody>
					{budgets.map((budget) => (
						<tr key={budget.ring}>
							<th scope="row">{budget.ring === null ? "all rings" : `ring ${budget.ring}`}</th>
							<td>{budget.max_errors !== null && `${count(budget.failed)} / ${count(budget.max_errors)}`}</td>
							<td>{percent(budget)}</td>
							<td>{budget.is_spent ? "nothing new starts" : "the rollout goes on"}</td>
						</tr>
					))}
				</tbody>
			</table>
		</section>
	);
}

function percent({ failed, started, max_fail_percentage: most, min_executed }: BudgetReport): string | null {
	if (most === null) return null;
	const share = started === 0 ? 0 : (failed / started) * 100;
	const early = started < min_executed ? `; counts once ${count(min_executed)} have started` : "";
	return `${share.toFixed(1)} % / ${most} %, ${count(failed)} of ${count(started)}${early}`;
}
