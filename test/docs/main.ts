import { readFileSync, writeFileSync } from "node:fs";
import * as api from "../console/api-page.ts";
import * as cli from "../console/cli-page.ts";
import * as codes from "../model/error-codes-page.ts";
import * as policies from "../policy/policies-page.ts";

/** `npm run docs`: what is made of schemas and definitions on the pages of docs/. */
writeFileSync(policies.PAGE, policies.pageWithTable(readFileSync(policies.PAGE, "utf8")));
writeFileSync(cli.PAGE, cli.cliPage());
writeFileSync(api.PAGE, await api.pageWithRoutes(readFileSync(api.PAGE, "utf8")));
writeFileSync(codes.PAGE, codes.errorCodesPage());
