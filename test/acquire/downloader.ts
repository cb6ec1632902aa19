// The child process of killed.test.ts: node downloader.ts FOLDER SHA256 URL
import { acquire } from "../../src/acquire/acquire.ts";
import { Store } from "../../src/acquire/store.ts";

const [folder = "", sha256 = "", url = ""] = process.argv.slice(2);
const store = new Store({ folder, maxPackageBytes: 10_000_000 });
await store.start();
const onProgress = ({ receivedBytes }: { receivedBytes: number }) => process.stdout.write(`${receivedBytes}\n`);
await acquire(store, { sha256, sources: [url], signal: AbortSignal.timeout(20_000), onProgress });
