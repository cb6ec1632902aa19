/** Where the package's service has its configuration. */
export const SERVICE_FOLDER = "/etc/fleetseed";
/** Whom its unit runs the daemon as. */
export const SERVICE_USER = "fleetseed";
