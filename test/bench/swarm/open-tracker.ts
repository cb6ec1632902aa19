// node open-tracker.ts ADDRESS: a tracker for everybody, on a free port which it prints.
import { Server } from "bittorrent-tracker";

const server = new Server({ udp: false, ws: false, stats: false, interval: 10_000 });
const { http } = server;
server.on("error", (error: Error) => process.stderr.write(`${error.message}\n`));
server.on("warning", (error: Error) => process.stderr.write(`${error.message}\n`));
server.on("complete", (address: string) => process.stdout.write(`complete ${address}\n`));
server.on("start", (address: string, { left }: { left: number }) => {
	if (left === 0) process.stdout.write(`seed ${address}\n`);
});
server.listen(0, process.argv[2] ?? "127.0.0.1", () => {
	const address = http.address();
	if (address !== null && typeof address === "object") process.stdout.write(`port ${address.port}\n`);
});
