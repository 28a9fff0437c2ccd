/** A chain of effects, each with a committed intent and an outcome: alone, and many at once. */
import { z } from "zod";
import { startChild } from "./child.ts";
import { chain } from "./flows.ts";
import type { Measurement } from "./measurement.ts";

const STEPS = 40;
const STEP_MS_MAX = 1.5;
const STEPS_PER_SECOND = 4000;
const BODY = '{"n":1}';
const SINK_REQUESTS = 2000;

const Hello = z.object({ port: z.number() });
const Counted = z.object({ count: z.number() });

export const effects: Measurement = {
  name: "effects",
  async run({ steward, load, sizes, say }) {
    const sink = await startChild("sink.ts");
    try {
      const url = `http://127.0.0.1:${Hello.parse(sink.hello).port}/`;
      const hook = await steward.publish("chain", chain(STEPS, url));
      await load.steady({ url: hook, bodies: [BODY] }, 4, { amount: Math.ceil(sizes.chainRuns / 2) });

      say("one chain of effects at a time");
      const own = await load.steady({ url, bodies: [BODY] }, 1, { amount: SINK_REQUESTS });
      const alone = await load.steady({ url: hook, bodies: [BODY] }, 1, { amount: sizes.chainRuns });
      const ownMs = 1000 / own.perSecond;
      const stepMs = 1000 / alone.perSecond / STEPS - ownMs;

      say(`${sizes.chainsAtOnce} chains of effects at once`);
      const before = Counted.parse(await sink.ask({})).count;
      const many = await load.steady({ url: hook, bodies: [BODY] }, sizes.chainsAtOnce, {
        amount: sizes.chainsAtOnce * Math.max(1, Math.round(sizes.seconds)),
      });
      const done = Counted.parse(await sink.ask({})).count - before;
      const perSecond = done / many.seconds;
      const failed = alone.refused + alone.errors + many.refused + many.errors;
      const note = failed === 0 ? "" : `, ${failed} runs failed`;
      return [
        {
          what: `chain of ${STEPS} effects, one run at a time`,
          measured: `${stepMs.toFixed(2)} ms a step beyond the sink's ${ownMs.toFixed(2)}${note}`,
          p50Ms: alone.p50Ms,
          p99Ms: alone.p99Ms,
          target: `≤ ${STEP_MS_MAX} ms`,
          met: failed === 0 && stepMs <= STEP_MS_MAX,
        },
        {
          what: `chain of ${STEPS} effects, ${sizes.chainsAtOnce} runs at once`,
          measured: `${Math.round(perSecond)} effects/s${note}`,
          p50Ms: many.p50Ms,
          p99Ms: many.p99Ms,
          target: `≥ ${STEPS_PER_SECOND}/s`,
          met: failed === 0 && perSecond >= STEPS_PER_SECOND,
        },
      ];
    } finally {
      await sink.stop();
    }
  },
};
