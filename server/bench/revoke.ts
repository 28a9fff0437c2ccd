/**
 * From the answer of a revoke to the last byte that still arrives where runs act: in the middle of 30-step runs, of uploads
 * and of answers that never end, in one process and over three. On a home of its own, with real sockets: what lay in the
 * kernel when the answer came is not late, what came after it is.
 */
import { byteCounter } from "../test/byte-counter.ts";
import { prepareRevoke, revokeInTheMiddle, type Revoked, STEPS } from "../test/revoke-round.ts";
import { stewardHome } from "../test/steward-home.ts";
import type { Line, Measurement } from "./measurement.ts";

const ONE_MS_MAX = 100;
const THREE_MS_MAX = 1000;
const AT_ONCE = { chains: 20, streams: 4 };

export const revoke: Measurement = {
  name: "revoke",
  async run({ sizes, say }) {
    const home = await stewardHome();
    const counter = await byteCounter();
    try {
      await home.start("up").ready;
      await prepareRevoke(home.client, counter);
      const rounds = Math.max(2, sizes.pairs - 4);
      const measure = async (what: string): Promise<readonly Revoked[]> => {
        const all: Revoked[] = [];
        for (let round = 1; round <= rounds; round++) {
          say(`revoking in the middle, ${what}, ${round} of ${rounds}`);
          all.push(await revokeInTheMiddle(home.client, counter, AT_ONCE));
        }
        return all;
      };
      const one = await measure("one process");
      await Promise.all([home.start("worker").ready, home.start("worker").ready]);
      const three = await measure("three processes");
      return [lineOf("one process", one, ONE_MS_MAX), lineOf("three processes", three, THREE_MS_MAX)];
    } finally {
      await home.close();
      await counter.close();
    }
  },
};

function lineOf(where: string, rounds: readonly Revoked[], msMax: number): Line {
  const worst = (of: (one: Revoked) => number): number => Math.max(...rounds.map(of));
  const late = worst(({ lateMs }) => lateMs);
  const bytes = rounds.reduce((sum, { lateBytes }) => sum + lateBytes, 0);
  const silent = rounds.reduce((sum, { stopped }) => sum + stopped.silent.length, 0);
  const answered = worst(({ answeredMs }) => answeredMs).toFixed(0);
  const last = worst(({ lastMs }) => lastMs).toFixed(0);
  return {
    what: `revoke to last byte, ${where}, ${AT_ONCE.chains} runs of ${STEPS} steps and ${2 * AT_ONCE.streams} streams`,
    measured: `${late.toFixed(1)} ms after the answer at worst of ${rounds.length} (${bytes} bytes), ${last} ms after it was asked for; answered in ${answered} ms${silent > 0 ? `, ${silent} silent` : ""}`,
    target: `≤ ${msMax} ms`,
    met: late <= msMax && silent === 0,
  };
}
