/** Where the package's service has its configuration. */
export const SERVICE_FOLDER = "/etc/fleetseed";
