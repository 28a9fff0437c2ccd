import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { judgeReservation } from "../core/policy/caps.ts";
import type { Reserved } from "../core/ports/gate.ts";
import { systemIds } from "../adapters/system/system-ids.ts";
import { seeded } from "../../test/seeded.ts";
import { stewardDatabase, type StewardDatabase } from "../../test/steward-database.ts";
import {
  lockCounters,
  settleProject,
  settleReservations,
  takeReservations,
  type EffectSettlement,
  type ReservationWish,
} from "./reservations.ts";
import { scopeStatement, type Scope } from "./scope.ts";

const ids = systemIds(() => Date.now());
const organization = ids.uuid();
const scopes: readonly Scope[] = [ids.uuid(), ids.uuid(), ids.uuid()].map((project) => ({ organization, project }));
const caps = Array.from({ length: 4 }, () => ids.uuid()).toSorted();
const MAX = 20n;
let db: StewardDatabase;

beforeAll(async () => {
  db = await stewardDatabase();
  await db.admin.query({
    text: "insert into steward.organizations (id, name, created_at) values ($1, 'test', now())",
    values: [organization],
  });
  for (const { project } of scopes)
    await db.admin.query({
      text: "insert into steward.projects (organization, id, slug, name, created_at) values ($1, $2::uuid, 'p' || substr($2::text, 25), 'test', now())",
      values: [organization, project],
    });
  for (const cap of caps) await makeCap(cap);
});
afterAll(() => db.drop());

async function makeCap(cap: string): Promise<void> {
  await db.admin.query({
    text: `insert into steward.caps (organization, id, level, source, unit, period, amount, created_at, updated_at, updated_by)
      values ($1, $2, 'organization', 'budget', 'tokens', 'total', 20, now(), now(), 'test')`,
    values: [organization, cap],
  });
}

interface Turn {
  readonly scope: Scope;
  readonly settlements: readonly EffectSettlement[];
  readonly wishes: readonly ReservationWish[];
}

/** As a flush does: counters of all projects first, then each project's settlements and wishes. */
async function flush(turns: readonly Turn[]): Promise<ReadonlyMap<string, { reserved: Reserved; cap: string | null }>> {
  const locked = turns.flatMap(({ settlements, wishes }) => [
    ...settlements.flatMap(({ cap }) => PERIODS.map((periodKey) => ({ cap, periodKey }))),
    ...wishes.flatMap(({ reservations }) => reservations),
  ]);
  const results = await db.database.pipeline([
    scopeStatement(turns[0]!.scope),
    ...lockCounters(organization, locked, 0),
    ...turns.flatMap(({ scope, settlements, wishes }) => [
      scopeStatement(scope),
      ...(settlements.length > 0 ? [settleReservations(scope, settlements, 0)] : []),
      ...(wishes.length > 0 ? [takeReservations(scope, wishes, 0)] : []),
    ]),
  ]);
  const rows = results.flatMap((result) => result.rows) as {
    run?: string;
    effect?: string;
    reserved: Reserved;
    cap: string | null;
  }[];
  return new Map(
    rows.flatMap(({ run, effect, reserved, cap }) =>
      run === undefined ? [] : [[`${run} ${effect}`, { reserved, cap }]],
    ),
  );
}
const PERIODS = ["a", "b"];

async function sums() {
  const { rows } = await db.admin.query<{ cap: string; period: string; spent: number; reserved: number; held: number }>(
    {
      text: `select cap, period_key as period, spent, reserved, coalesce((select sum(amount)::bigint from steward.reservations r
      where r.cap = k.cap and r.period_key = k.period_key), 0) as held from steward.cap_counters k`,
    },
  );
  return rows;
}

async function clear(): Promise<void> {
  await db.admin.query({ text: "delete from steward.reservations" });
  await db.admin.query({ text: "delete from steward.cap_counters" });
}

/** What counters hold by the rules of `core/policy/caps.ts`, effect by effect. */
class Model {
  readonly counters = new Map<string, { spent: bigint; reserved: bigint }>();
  readonly held = new Map<string, { cap: string; periodKey: string; amount: bigint }>();

  of(cap: string, periodKey: string) {
    const key = `${cap} ${periodKey}`;
    const counter = this.counters.get(key) ?? { spent: 0n, reserved: 0n };
    this.counters.set(key, counter);
    return counter;
  }

  settle({ run, effect, cap, amount }: EffectSettlement): void {
    const key = `${run} ${effect} ${cap}`;
    const held = this.held.get(key);
    if (!held) return;
    this.held.delete(key);
    const counter = this.of(cap, held.periodKey);
    counter.reserved -= held.amount;
    counter.spent += amount ?? held.amount;
  }

  take({ run, effect, reservations }: ReservationWish): { reserved: Reserved; cap: string | null } {
    const asked = reservations.filter(({ cap }) => !this.held.has(`${run} ${effect} ${cap}`));
    const judged = asked.map(({ cap, periodKey, amount, max }) => ({
      cap,
      how: judgeReservation({ ...this.of(cap, periodKey), amount, max }),
    }));
    const worst = judged.find(({ how }) => how === "exceeded") ?? judged.find(({ how }) => how === "waits");
    if (worst) return { reserved: worst.how, cap: worst.cap };
    for (const { cap, periodKey, amount } of asked) {
      this.of(cap, periodKey).reserved += amount;
      this.held.set(`${run} ${effect} ${cap}`, { cap, periodKey, amount });
    }
    return { reserved: "granted", cap: null };
  }
}

const runs = Array.from({ length: 4 }, () => ids.uuid());
const effect = fc.record({ run: fc.constantFrom(...runs), effect: fc.constantFrom("x#1", "0/y#2") });
const wish = fc.record({
  of: effect,
  lines: fc.uniqueArray(
    fc.record({ cap: fc.constantFrom(...caps), periodKey: fc.constantFrom(...PERIODS), amount: fc.bigInt(0n, 12n) }),
    { maxLength: 3, minLength: 1, selector: ({ cap }) => cap },
  ),
});
const settlement = fc.record({
  of: effect,
  cap: fc.constantFrom(...caps),
  amount: fc.option(fc.bigInt(0n, 9n)),
});
const turn = fc.record({
  settlements: fc.uniqueArray(settlement, { maxLength: 3, selector: ({ of, cap }) => `${of.run} ${of.effect} ${cap}` }),
  wishes: fc.uniqueArray(wish, { maxLength: 4, selector: ({ of }) => `${of.run} ${of.effect}` }),
});

test("what is taken and given back is what the rules say, effect by effect, and counters hold what reservations do", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(turn, { maxLength: 12 }), async (turns) => {
      await clear();
      const model = new Model();
      for (const one of turns) {
        const settlements = one.settlements.map(({ of, ...rest }) => ({ ...of, ...rest }));
        const wishes = one.wishes.map(({ of, lines }) => ({
          ...of,
          reservations: lines.map((line) => ({ ...line, level: "organization" as const, max: MAX })),
        }));
        for (const each of settlements) model.settle(each);
        const expected = new Map(wishes.map((each) => [`${each.run} ${each.effect}`, model.take(each)]));
        expect(await flush([{ scope: scopes[0]!, settlements, wishes }])).toEqual(expected);
        for (const { cap, period, spent, reserved, held } of await sums()) {
          expect({ spent: BigInt(spent), reserved: BigInt(reserved) }).toEqual(model.of(cap, period));
          expect(held).toBe(reserved);
        }
      }
    }),
    { numRuns: 60 },
  );
}, 60_000);

test("a cap that is not there, or is another organization's, lets nothing pass", async () => {
  await clear();
  const wishes = [{ run: runs[0]!, effect: "x#1", reservations: [line(ids.uuid(), 0n)] }];
  const answers = await flush([{ scope: scopes[0]!, settlements: [], wishes }]);
  expect([...answers.values()]).toEqual([{ reserved: "exceeded", cap: wishes[0]!.reservations[0]!.cap }]);
  expect(await sums()).toEqual([]);
});

test("what a project's runs hold is settled as spent before its rows go, and a cap takes its counters with it", async () => {
  await clear();
  const [cap] = caps;
  const wishes = Array.from({ length: 5 }, (_, at) => ({
    run: ids.uuid(),
    effect: `x#${at}`,
    reservations: [line(cap!, 3n)],
  }));
  await flush([{ scope: scopes[0]!, settlements: [], wishes }]);
  const other = { run: ids.uuid(), effect: "x#1", reservations: [line(cap!, 2n)] };
  await flush([{ scope: scopes[1]!, settlements: [], wishes: [other] }]);
  expect(await settleProject(db.database, scopes[0]!, 3, 0)).toBe(3);
  expect(await settleProject(db.database, scopes[0]!, 3, 0)).toBe(2);
  expect(await settleProject(db.database, scopes[0]!, 3, 0)).toBe(0);
  expect(await sums()).toMatchObject([{ spent: 15, reserved: 2, held: 2 }]);
  await settleProject(db.database, scopes[1]!, 3, 0);
  const gone = { text: "delete from steward.caps where id = $1", values: [cap!] };
  const [, deleted] = await db.database.pipeline([scopeStatement(scopes[0]!), gone]);
  expect(deleted.count).toBe(1);
  expect(await sums()).toEqual([]);
  await makeCap(cap!);
});

const line = (cap: string, amount: bigint) =>
  ({ cap, level: "organization", periodKey: "a", amount, max: MAX }) as const;

test("flushes of several projects at once never wait for each other in a circle, and nothing is lost or overdrawn", async () => {
  await clear();
  const random = seeded(3);
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)]!;
  let failures = 0;
  const worker = async (at: number): Promise<void> => {
    for (let round = 0; round < 150; round++) {
      const run = ids.uuid();
      const turns = scopes
        .toSorted(() => random() - 0.5)
        .map((scope) => ({
          scope,
          settlements: [],
          wishes: Array.from({ length: 2 }, (_, nth) => ({
            run,
            effect: `${at}/${nth}`,
            reservations: caps
              .toSorted(() => random() - 0.5)
              .slice(0, 2)
              .map((cap) => ({ ...line(cap, 1n), periodKey: pick(PERIODS) })),
          })),
        }));
      try {
        const taken = turns.map(({ scope, wishes }) => ({
          scope,
          wishes: [],
          settlements: wishes.flatMap(({ effect: of, reservations }) =>
            reservations.map(({ cap }) => ({ run, effect: of, cap, amount: 0n })),
          ),
        }));
        await flush(turns);
        await flush(taken.toSorted(() => random() - 0.5));
      } catch {
        failures++; // a deadlock
      }
    }
  };
  await Promise.all(Array.from({ length: 6 }, (_, at) => worker(at)));
  expect(failures).toBe(0);
  for (const one of await sums()) expect(one).toMatchObject({ spent: 0, reserved: 0, held: 0 });
}, 120_000);
