const LISTEN = `Nothing listens for it yet. Put this into the configuration, then restart the daemon (systemctl restart fleetseed):
  api: { listen: "127.0.0.1:8443" }`;

/** Where a token that was just made is used, and how. `controller`: its host name. */
export function useOfToken(url: string | null, controller: string): string {
	const kept = "Keep it: it is shown this once.";
	if (url === null) return `${kept}\n${LISTEN}`;
	const place = url.slice(url.indexOf("//") + 2);
	const isHere = /^(127\.|\[::1\])/.test(place);
	const tunnel = `; from another computer after: ssh -L ${place.slice(place.lastIndexOf(":") + 1)}:${place} ${controller}`;
	return [
		kept,
		`The dashboard: ${url}, log in with it${isHere ? tunnel : ""}`,
		`Programs:      curl -H "Authorization: Bearer TOKEN" ${url}/api/v1/status`,
	].join("\n");
}
