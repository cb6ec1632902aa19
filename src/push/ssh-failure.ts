import type { ErrorCode } from "../model/error-codes.ts";
import { type Failed, failed } from "./failed.ts";

export interface Place {
	readonly machine: string;
	readonly address: string;
	readonly port: number;
	readonly user: string;
}

/** `deploy@10.0.4.17:22`. */
export function placeOf({ user, address, port }: Place): string {
	return `${user}@${address.includes(":") ? `[${address}]` : address}:${port}`;
}

/** The one place where the errors of sockets and of ssh2 become codes of ours. */
export function sshFailure(place: Place, error: Error & { readonly code?: unknown; readonly level?: unknown }): Failed {
	const code = codeOf(error);
	return failed(code, `${place.machine}: ${SAID[code]} (${placeOf(place)})`);
}

const SAID = {
	"FS-SSH-REFUSED": "nothing listens for SSH",
	"FS-SSH-TIMEOUT": "SSH did not answer in time",
	"FS-SSH-UNREACHABLE": "there is no path to the address",
	"FS-SSH-AUTH": "SSH refused our key",
	"FS-SSH-PROTOCOL": "SSH offers no algorithm that we accept",
	"FS-SSH-LOST": "the SSH connection was lost",
} as const satisfies Partial<Record<ErrorCode, string>>;

function codeOf(error: Error & { readonly code?: unknown; readonly level?: unknown }): keyof typeof SAID {
	switch (error.code) {
		case "ECONNREFUSED":
			return "FS-SSH-REFUSED";
		case "ETIMEDOUT":
			return "FS-SSH-TIMEOUT";
		case "EHOSTUNREACH":
		case "ENETUNREACH":
		case "EHOSTDOWN":
		case "ENETDOWN":
		case "EADDRNOTAVAIL":
		case "ENOTFOUND":
		case "EAI_AGAIN":
			return "FS-SSH-UNREACHABLE";
	}
	if (error.level === "client-authentication") return "FS-SSH-AUTH";
	if (error.level === "handshake" && error.message.includes("no matching")) return "FS-SSH-PROTOCOL";
	return error.level === "client-timeout" ? "FS-SSH-TIMEOUT" : "FS-SSH-LOST";
}
