#!/usr/bin/env node
import { run } from "../console/cli.ts";
import { serve } from "./serve.ts";

process.exitCode = await run(process.argv, { serve });
