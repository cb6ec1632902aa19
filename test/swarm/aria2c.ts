/** The flags with which aria2c takes part: nothing but our tracker, plain TCP, and the file named for its digest. */
export function aria2c(torrent: string, folder: string, { seedMinutes = 1 } = {}): readonly string[] {
	return [
		"aria2c",
		"--no-conf=true",
		`--dir=${folder}`,
		"--follow-torrent=false",
		"--enable-dht=false",
		"--enable-dht6=false",
		"--bt-enable-lpd=false",
		"--enable-peer-exchange=false",
		"--disable-ipv6=true",
		"--bt-require-crypto=false",
		"--bt-min-crypto-level=plain",
		"--bt-max-peers=16",
		"--bt-request-peer-speed-limit=0",
		"--bt-hash-check-seed=true",
		"--check-integrity=true",
		"--allow-overwrite=true",
		"--file-allocation=none",
		"--seed-ratio=0.0",
		`--seed-time=${seedMinutes}`,
		"--listen-port=20000-29999",
		"--summary-interval=1",
		"--console-log-level=warn",
		"--enable-color=false",
		torrent,
	];
}
