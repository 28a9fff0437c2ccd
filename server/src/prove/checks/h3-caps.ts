import { parseId } from "../../core/id.ts";
import type { CapReservation } from "../../core/ports/gate.ts";
import { lockCounters, settleReservations, takeReservations } from "../../store/reservations.ts";
import { inScope } from "../../store/scope.ts";
import { type Check, type ProveParts, verdictOf } from "../check.ts";
import { expectAnswer, fieldsOf, itemsOf, tellOf } from "../expect-answer.ts";
import { runProofFlow } from "../proof-flow.ts";

const MAX = 10;
const AT_ONCE = 50;
const CURRENCY = "XTS"; // ISO 4217: for testing
const PERIOD = "total";

/** H3: a cap is a cap, however many ask at once, and whoever builds can't raise it. */
export const hardCaps: Check = {
  id: "H3",
  promise:
    "Hard caps hold under concurrency, before the act; whoever builds a flow or agent can't raise a cap that was set above them",
  tries: `sets budgets of ${MAX} and has ${AT_ONCE} effects of as many runs take from each at once, reads what was taken, runs a flow against one that is spent, and tries to raise it as a builder`,
  notWhen: null,
  async run(parts) {
    const faults: string[] = [];
    const evidence: string[] = [];
    for (const about of [
      { unit: "calls", level: "flow", subject: "proof" },
      { unit: "money", level: "project", subject: "", currency: CURRENCY },
    ]) {
      const found = await race(parts, about);
      faults.push(...found.faults.map((fault) => `${about.unit}: ${fault}`));
      evidence.push(`${about.unit}: ${found.evidence}`);
    }
    return verdictOf(faults, evidence);
  },
};

async function race(
  parts: ProveParts,
  about: { readonly unit: string; readonly level: string; readonly subject: string; readonly currency?: string },
): Promise<{ readonly faults: readonly string[]; readonly evidence: string }> {
  const {
    call,
    tenants: [own],
  } = parts;
  const key = own.keys.owner;
  if (about.level === "flow") await runProofFlow(parts, own, "nothing"); // a budget names a flow that is there
  const body = { ...about, period: PERIOD, amount: MAX };
  const set = expectAnswer(await call("POST", "/v1/budgets", { key, body }), 201, "setting a budget");
  const budget = String(fieldsOf(set)["id"]);
  const path = `/v1/budgets/${budget}`;
  const cap = parseId("cap", budget);
  if (cap === null) throw new Error("a budget has no id");
  try {
    const one = about.unit === "money" ? 1_000_000n : 1n;
    const reservation = { cap, periodKey: PERIOD, amount: one, max: one * BigInt(MAX) };
    const taken = await Promise.all(Array.from({ length: AT_ONCE }, () => take(parts, reservation)));
    const granted = taken.filter(({ reserved }) => reserved === "granted");
    const now = await counterOf(parts, budget);
    const faults: string[] = [];
    if (granted.length !== MAX) faults.push(`${granted.length} of ${AT_ONCE} at once were let through, of ${MAX}`);
    if (now.reserved !== MAX || now.spent !== 0)
      faults.push(`${now.spent} spent and ${now.reserved} reserved are shown`);
    await settle(parts, cap, granted);
    const spent = await counterOf(parts, budget);
    if (spent.spent !== MAX || spent.reserved !== 0)
      faults.push(`after settling, ${spent.spent} spent and ${spent.reserved} reserved are shown`);
    const raised = await call("PATCH", path, { key: own.keys.builder, body: { amount: MAX * 100 } });
    if (raised.status !== 403) faults.push(`a builder raised a cap: ${tellOf(raised)}`);
    if (about.unit === "calls") faults.push(...(await faultsOfRun(parts)));
    return {
      faults,
      evidence: `of ${AT_ONCE} effects at once ${granted.length} were let through of ${MAX}, and the counter shows as many; a builder who would raise it was answered ${tellOf(raised)}`,
    };
  } finally {
    await call("DELETE", path, { key });
  }
}

type Wanted = Pick<CapReservation, "cap" | "periodKey" | "amount" | "max">;

/** As the flush of an intent does it: in one transaction, once the counters are locked. */
async function take({ database, clock, ids, tenants: [own] }: ProveParts, wanted: Wanted) {
  const run = ids.uuid();
  const effect = "proof";
  const atMs = clock.nowMs();
  const reservations = [{ ...wanted, level: "project" as const }];
  return await inScope(database, own, async (tx) => {
    for (const statement of lockCounters(own.organization, [wanted], atMs)) await tx.query(statement);
    const { rows } = await tx.query(takeReservations(own, [{ run, effect, reservations }], atMs));
    return { run, effect, reserved: rows[0]?.reserved };
  });
}

async function settle(
  { database, clock, tenants: [own] }: ProveParts,
  cap: string,
  taken: readonly { readonly run: string; readonly effect: string }[],
): Promise<void> {
  const atMs = clock.nowMs();
  const settlements = taken.map(({ run, effect }) => ({ run, effect, cap, amount: null }));
  await inScope(database, own, async (tx) => {
    for (const statement of lockCounters(own.organization, [{ cap, periodKey: PERIOD }], atMs))
      await tx.query(statement);
    await tx.query(settleReservations(own, settlements, atMs));
  });
}

async function counterOf(
  { call, tenants: [own] }: ProveParts,
  budget: string,
): Promise<{ readonly spent: number; readonly reserved: number }> {
  const items = itemsOf(expectAnswer(await call("GET", "/v1/budgets", { key: own.keys.owner }), 200, "budgets"));
  const now: unknown = items.find(({ id }) => id === budget)?.["now"];
  const { spent, reserved }: Readonly<Record<string, unknown>> =
    typeof now === "object" && now !== null ? { ...now } : {};
  return { spent: Number(spent ?? 0), reserved: Number(reserved ?? 0) };
}

/** The budget is spent: an effect of the flow is refused before it is tried. */
async function faultsOfRun(parts: ProveParts): Promise<readonly string[]> {
  const {
    call,
    tenants: [own],
  } = parts;
  const { run } = await runProofFlow(parts, own, "nothing");
  const answer = await call("GET", `/v1/runs/${run}/steps`, { key: own.keys.viewer });
  const { text } = expectAnswer(answer, 200, "a run's steps");
  return /"code":"(?:rate|budget)_exceeded"/.test(text)
    ? []
    : ["an effect of a flow whose budget is spent was not refused for it"];
}
