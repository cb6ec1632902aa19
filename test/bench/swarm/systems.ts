import type { SystemName } from "./arguments.ts";
import { ARIA2 } from "./aria2.ts";
import { FLEETSEED } from "./fleetseed.ts";
import { LIBTORRENT } from "./libtorrent.ts";
import { NGINX_CURL } from "./nginx-curl.ts";
import type { System } from "./system.ts";
import { UFTP, UFTP_NAMED } from "./uftp.ts";

export const SYSTEMS: Readonly<Record<SystemName, System>> = {
	fleetseed: FLEETSEED,
	aria2: ARIA2,
	libtorrent: LIBTORRENT,
	uftp: UFTP,
	"uftp-named": UFTP_NAMED,
	"nginx+curl": NGINX_CURL,
};
