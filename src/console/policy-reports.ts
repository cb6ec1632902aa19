import type * as policies from "./answers/policies.ts";
import type * as rollouts from "./answers/rollouts.ts";
import type { Says } from "./says.ts";

export type PolicyReport = Says<typeof policies.policyReport>;
export type ChangesReport = Says<typeof policies.changesReport>;
export type ApprovalReport = Says<typeof rollouts.approvalReport>;
export type PolicyChange = ChangesReport["policies"][number];
export type DifferenceReport = PolicyChange["differences"][number];
export type SettingChange = ChangesReport["settings"][number];
