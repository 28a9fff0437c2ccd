#!/usr/bin/env node
// The command `steward`: runs on Node 20, installs what is missing, goes on under Node 24 in the caller's folder.
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");
process.argv.splice(2, 0, path.join(root, "server", "src", "main.ts"));
await import(pathToFileURL(path.join(root, "scripts", "launch.mjs")).href);
