/** `npm run storm [-- seed]`: 60 times `kill -9` over 2,000 runs, then the verdict; the short version is test/storm.test.ts. */
import { storm } from "../test/storm.ts";

const seed = Number(process.argv[2] ?? Date.now() % 1_000_000_007);
console.log(`storm of seed ${seed}: 2,000 runs, 60 kills`);
const report = await storm({
  seed,
  runs: 2000,
  kills: 60,
  gapMsMax: 3000,
  settleMsMax: 240_000,
  apiEvery: 2,
  log: (line) => console.log(line),
});
const { faults, ...figures } = report;
console.log(JSON.stringify(figures, null, 2));
for (const fault of faults) console.log(`BROKEN: ${fault}`);
console.log(faults.length === 0 ? "every promise held" : `${faults.length} broken promises; repeat with seed ${seed}`);
process.exitCode = faults.length === 0 ? 0 : 1;
