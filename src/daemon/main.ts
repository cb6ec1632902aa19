#!/usr/bin/env node
import { run } from "../console/cli.ts";

// Only `serve` needs the other rooms: the commands that talk to a running daemon start without loading them.
process.exitCode = await run(process.argv, { serve: async (options) => (await import("./serve.ts")).serve(options) });
