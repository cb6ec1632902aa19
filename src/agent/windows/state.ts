import { resolve } from "node:path";

/**
 * Where everything of ours on the machine is: we run from STATE\helper\DIGEST\fleetseed-agent.exe. It is in the profile of whoever logs in, since
 * Windows lets nobody but that user, the administrators and the system in there; anybody may make folders in ProgramData.
 */
export function stateFolder(): string {
	return process.env.FLEETSEED_STATE ?? resolve(process.execPath, "../../..");
}
