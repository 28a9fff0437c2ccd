/**
 * Signing in by password, alone and eight at once. The hash is slow by design; that it is not done on the event loop is
 * told by the loop's own CPU time, which holds on a machine that does other things too, and by how late the loop is.
 */
import { z } from "zod";
import type { LoadProcess, SteadyResult } from "./load-process.ts";
import type { Bench, Line, Measurement } from "./measurement.ts";
import { OWNER } from "./steward.ts";

const MS_LEAST = 50;
const MS_MAX = 250;
/** Of the event loop's thread for one sign-in: the hash alone takes more. */
const LOOP_MS_MAX = 15;
const AT_ONCE = 8;
const IDLE_MS = 1000;
const Loop = z.object({ p99Ms: z.number(), cpuMs: z.number() });

export const signIn: Measurement = {
  name: "sign-in",
  async run(bench) {
    const { steward, sizes, say } = bench;
    say("signing in");
    await makePeople(bench);
    await forget(bench);
    await attempts(bench.load, steward.address, 1, 2); // the library is loaded with the first
    await steward.ask({ loop: "begin" });
    await new Promise((done) => void setTimeout(done, IDLE_MS));
    const idle = Loop.parse(await steward.ask({ loop: "end" }));
    const lines: Line[] = [];
    for (const atOnce of [1, AT_ONCE]) {
      await forget(bench);
      await steward.ask({ loop: "begin" });
      const result = await attempts(bench.load, steward.address, atOnce, sizes.signIns);
      const loop = Loop.parse(await steward.ask({ loop: "end" }));
      lines.push(...linesOf(atOnce, result, loop, idle));
    }
    return lines;
  },
};

function linesOf(
  atOnce: number,
  result: SteadyResult,
  loop: z.output<typeof Loop>,
  idle: z.output<typeof Loop>,
): readonly Line[] {
  const failed = result.refused + result.errors;
  const alone = atOnce === 1;
  const loopMs = loop.cpuMs / (result.answers + failed);
  const inRange = result.p50Ms >= MS_LEAST && result.p50Ms <= MS_MAX;
  return [
    {
      what: `sign-in by password, ${atOnce} at once`,
      measured: `${result.p50Ms.toFixed(0)} ms, ${result.perSecond.toFixed(0)}/s${failed === 0 ? "" : `, ${failed} not answered 2xx`}`,
      p50Ms: result.p50Ms,
      p99Ms: result.p99Ms,
      ...(alone ? { target: `${MS_LEAST} to ${MS_MAX} ms`, met: failed === 0 && inRange } : {}),
    },
    {
      what: "its part of the event loop",
      measured: `${loopMs.toFixed(1)} ms of CPU each; late by p99 ${loop.p99Ms.toFixed(1)} ms meanwhile, ${idle.p99Ms.toFixed(1)} when idle`,
      target: `≤ ${LOOP_MS_MAX} ms`,
      met: loopMs <= LOOP_MS_MAX,
    },
  ];
}

async function attempts(load: LoadProcess, address: string, atOnce: number, amount: number): Promise<SteadyResult> {
  const bodies = Array.from({ length: AT_ONCE }, (_, n) =>
    JSON.stringify({ email: emailOf(n), password: OWNER.password }),
  );
  const headers = { "content-type": "application/json", origin: address, "sec-fetch-site": "same-origin" };
  return await load.steady({ url: `${address}/v1/auth/sign-in/email`, headers, bodies }, atOnce, { amount });
}

function emailOf(person: number): string {
  return `person${person}@bench.test`;
}

/** People with the owner's password, so that nobody tries more often than people do. */
async function makePeople({ steward }: Bench): Promise<void> {
  await steward.admin.query({
    text: `with made as (
        insert into identity."user" (id, name, email, "emailVerified")
        select gen_random_uuid(), 'Somebody', email, true from unnest($1::text[]) as email returning id)
      insert into identity.account (id, "userId", "accountId", "providerId", password, "updatedAt")
      select gen_random_uuid(), made.id, made.id::text, 'credential', a.password, now()
      from made, identity.account a join identity."user" u on u.id = a."userId" and u.email = $2 and a."providerId" = 'credential'`,
    values: [Array.from({ length: AT_ONCE }, (_, n) => emailOf(n)), OWNER.email],
  });
}

/** One address signs in as often as a crowd: what it has used up of its tries is given back. */
async function forget({ steward }: Bench): Promise<void> {
  await steward.admin.query({ text: "delete from steward.rate_limits" });
}
