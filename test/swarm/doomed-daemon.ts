import { tmpdir } from "node:os";
import { Swarm } from "../../src/swarm/swarm.ts";

// A daemon that starts a swarm, tells the pid of its process, and waits to be killed.
const swarm = new Swarm({
	storeFolder: tmpdir(),
	host: "127.0.0.1",
	trackerPort: 0,
	peerPort: 0,
	onProgress: () => undefined,
	onSent: () => undefined,
	onRestart: () => undefined,
});
await swarm.start();
console.log(swarm.pid);
