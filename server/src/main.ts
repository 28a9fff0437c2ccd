#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
import { steward } from "./steward.ts";

process.exitCode = await steward(process.argv.slice(2));
