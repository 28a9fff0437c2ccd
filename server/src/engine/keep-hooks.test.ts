/** Hooks: a provider knows an address while its trigger wishes it, and no longer, whatever is killed when. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { testEngine, type TestEngine } from "../../test/engine.ts";
import { insertConnection } from "../store/connections.ts";
import { connection } from "../gate/gate.testsuite.ts";
import { noteDeliveries } from "../store/event-triggers.ts";
import { inScope } from "../store/scope.ts";
import {
  CONNECTION,
  EVENT_FLOW,
  lapseClaims,
  lookAround,
  lookOnce,
  publishEvents,
  type ScriptedProvider,
  scriptedProvider,
  standing,
  worksOf,
} from "./events.testsuite.ts";

let it: TestEngine;
let provider: ScriptedProvider;
beforeEach(async () => {
  provider = scriptedProvider();
  provider.kind = "hook";
  it = await testEngine({ events: worksOf(provider), start: false });
  const row = connection({ id: CONNECTION, slug: "box", authentication: "none" });
  await inScope(it.db.database, it.scope, (tx) => tx.query(insertConnection(it.scope, row)));
});
afterEach(() => it.close());

async function hooks(): Promise<readonly { readonly state: string }[]> {
  const { rows } = await it.db.admin.query<{ state: string }>({
    text: "select state from steward.event_hooks where project = $1 order by id",
    values: [it.scope.project],
  });
  return rows;
}

test("an active trigger is registered once, and a paused one is taken away", async () => {
  await publishEvents(it);
  await lookAround(it);
  expect(await standing(it)).toMatchObject({ status: "active", why: null });
  expect(await hooks()).toEqual([{ state: "registered" }]);
  it.clock.advance(3_600_000);
  await lookAround(it);
  expect(provider.asked.map(({ does }) => does)).toEqual(["register"]);
  expect(provider.known.size).toBe(1);
  await publishEvents(it, { running: false, again: false });
  await lookAround(it);
  expect(provider.known.size).toBe(0);
  expect(provider.asked.at(-1)).toMatchObject({ does: "unregister", kept: { hook: 1 } });
  expect(await hooks()).toEqual([]);
  expect(await standing(it)).toMatchObject({ status: "paused", why: "flow_paused", dueInMs: null });
});

test("a worker killed after the provider was told registers the same address again, and leaves one", async () => {
  await publishEvents(it);
  const hanging = Promise.withResolvers<null>();
  const asked = Promise.withResolvers<void>();
  provider.next = () => (asked.resolve(), hanging.promise);
  await it.poller.look();
  await asked.promise;
  expect(await hooks()).toEqual([{ state: "unsure" }]);
  await lapseClaims(it);
  const other = await it.another({ events: worksOf(provider), start: false });
  await lookOnce(other);
  hanging.resolve(null);
  await it.poller.settled();
  await other.close();
  expect(provider.known.size).toBe(1);
  expect(await hooks()).toEqual([{ state: "registered" }]);
});

test("paused while it is being registered, the address is looked for once whoever asked must have ended", async () => {
  await publishEvents(it);
  const hanging = Promise.withResolvers<null>();
  const asked = Promise.withResolvers<void>();
  provider.next = () => (asked.resolve(), hanging.promise);
  await it.poller.look();
  await asked.promise;
  await publishEvents(it, { running: false, again: false });
  const other = await it.another({ events: worksOf(provider), start: false });
  await lookOnce(other);
  expect(provider.asked).toEqual([]); // who asked may still be on its way
  hanging.resolve(null);
  await it.poller.settled();
  expect(provider.known.size).toBe(1);
  it.clock.advance(60_000);
  await lookOnce(other);
  await other.close();
  expect(provider.asked.at(-1)).toMatchObject({ does: "unregister", kept: null });
  expect(provider.known.size).toBe(0);
  expect(await hooks()).toEqual([]);
});

test("another rule takes the old address away before it tells it anew", async () => {
  await publishEvents(it);
  await lookAround(it);
  const [mail] = EVENT_FLOW.triggers!;
  const file = { ...EVENT_FLOW, triggers: [{ ...mail!, settings: { label: "x" } } as typeof mail & {}] };
  await publishEvents(it, { file });
  await lookAround(it);
  expect(provider.asked.map(({ does }) => does)).toEqual(["register", "unregister", "register"]);
  expect(await hooks()).toEqual([{ state: "registered" }]);
});

test("what is no longer granted is taken away, and what can't be reached is tried again", async () => {
  await publishEvents(it);
  await lookAround(it);
  provider.refusal = { code: "not_granted", message: "no" };
  provider.next = async () => ({ kind: "failed", code: "provider_unavailable", message: "down", afterMs: null });
  it.clock.advance(3_600_000);
  await lookAround(it);
  expect(await standing(it)).toMatchObject({ status: "paused", why: "not_granted" });
  expect(await hooks()).toEqual([{ state: "leaving" }]);
  it.clock.advance(300_000);
  await lookAround(it);
  expect(await hooks()).toEqual([]);
  expect(provider.known.size).toBe(0);
});

test("with a dead connection nothing is asked, and what is registered stays so until it is connected again", async () => {
  await publishEvents(it);
  await lookAround(it);
  provider.refusal = { code: "reauth_required", message: "connect it again" };
  it.clock.advance(3_600_000);
  await lookAround(it);
  expect(await standing(it)).toMatchObject({ status: "paused", why: "reauth_required" });
  expect(await hooks()).toEqual([{ state: "registered" }]);
  expect(provider.asked).toHaveLength(1);
});

test("where a person registers, nothing is asked, and it is active once the secret is there", async () => {
  provider.kind = "by_hand";
  const { trigger } = await publishEvents(it);
  await lookAround(it);
  expect(await standing(it)).toMatchObject({ status: "by_hand" });
  provider.signing = true;
  it.clock.advance(300_000);
  await lookAround(it);
  expect(await standing(it)).toMatchObject({ status: "by_hand" }); // nobody knows whether it was done
  const seenMs = it.clock.nowMs();
  await noteDeliveries(it.db.database, it.scope, trigger, { seenMs, refused: 0 });
  await lookAround(it);
  expect(await standing(it)).toMatchObject({ status: "active" });
  expect(provider.asked).toEqual([]);
});
