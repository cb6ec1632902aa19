import type { z } from "zod";
import type * as answers from "./answers.ts";
import type { Frozen } from "./frozen.ts";

type Says<Schema extends z.ZodType> = Frozen<z.output<Schema>>;

export type PolicyReport = Says<typeof answers.policyReport>;
export type ChangesReport = Says<typeof answers.changesReport>;
export type ApprovalReport = Says<typeof answers.approvalReport>;
export type PolicyChange = ChangesReport["policies"][number];
export type DifferenceReport = PolicyChange["differences"][number];
export type SettingChange = ChangesReport["settings"][number];
