import { randomBytes, randomFillSync } from "node:crypto";
import { uuidV7 } from "../../core/id.ts";
import type { Ids } from "../../core/ports/ids.ts";

const POOL_BYTES = 4096;

/** Ids that grow within this process: a clock that goes back does not take them back. */
export function systemIds(nowMs: () => number): Ids {
  const pool = Buffer.alloc(POOL_BYTES);
  let used = POOL_BYTES;
  let lastMs = 0;
  let counter = 0;
  return {
    uuid() {
      if (used + 10 > POOL_BYTES) {
        randomFillSync(pool);
        used = 0;
      }
      const random = pool.subarray(used, (used += 10));
      const ms = Math.max(nowMs(), lastMs);
      counter = ms === lastMs ? counter + 1 : 0;
      if (counter > 0xfff) {
        lastMs = ms + 1; // 4,096 ids in a millisecond: borrow the next one
        counter = 0;
      } else lastMs = ms;
      // RFC 9562 section 6.2, method 1: a counter in the 12 bits after the version.
      random[0] = counter >> 8;
      random[1] = counter & 0xff;
      return uuidV7(lastMs, random);
    },
    bytes: (count) => randomBytes(count),
    random: () => Math.random(),
  };
}
