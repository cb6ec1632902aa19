// Imported before a swarm process begins: it holds 400 MiB that are in no heap of V8's, each page of them touched.
Object.assign(globalThis, { held: Buffer.alloc(400 * 2 ** 20, 1) });
