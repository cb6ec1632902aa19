/** What a job is, whoever runs it: the shell on a machine of Linux, our program on one of Windows, and the controller that reads what they left. */

/** Bytes kept of the begin of a job's output, and as many of its end. */
export const KEPT_BYTES = 262_144;
/** A hook that ends with it asks for a later try. */
export const LATER_EXIT = 21;
/** The job's exit code when the staged file is not the package. */
export const DIGEST_EXIT = 125;
/** A job may take so long from its folder to its runner's first act: neither the Task Scheduler nor a machine that swaps is quick. */
export const START_GRACE_SECONDS = 60;
/** As env(1) has it: the program is there and could not be started. */
export const START_EXIT = 126;

/** What has ended, or was staged, stays on its machine for so long. */
export const KEPT_DAYS = 30;
/** Of jobs of installs the newest ones. */
export const KEPT_JOBS = 200;
/** Of packages so much; what comes beyond it, the oldest first, stays for a day. */
export const KEPT_PACKAGES_KIB = 10 * 2 ** 20;
