/** What `npm start` runs: the page, built when its sources have changed, then everything. */
import { steward } from "../server/src/steward.ts";
import { buildWeb } from "./build-web.ts";

const began = performance.now();
const slow = setTimeout(() => process.stderr.write("building the page…\n"), 2000);
const built = await buildWeb();
clearTimeout(slow);
if (built) process.stderr.write(`built the page in ${((performance.now() - began) / 1000).toFixed(1)} s\n`);
process.exitCode = await steward(["up", ...process.argv.slice(2)]);
