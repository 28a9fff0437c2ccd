/**
 * Has providers know the addresses of hooks, or forget them, as triggers wish.
 * H1 A row says that the provider may know an address before it is asked, until it has said that it is forgotten.
 * H2 Registering again is safe: a connector looks for its own address first. So who dies between the two, or can't tell,
 *    leaves what the next look mends.
 * H3 What nobody can tell was registered is not taken away before whoever asked for it must have ended: a hook that came
 *    after it was looked for would stay for ever.
 */
import { placeOf } from "../catalogue/tables.ts";
import { showId, uuidBytes } from "../core/id.ts";
import { invariant } from "../core/invariant.ts";
import { type Json, parseOwn } from "../core/json.ts";
import type { DescribedEvent, EventAsk, EventEnd, KeptHook } from "../core/ports/events.ts";
import type { Statement } from "../core/ports/database.ts";
import { shareActive } from "../store/connection-refs.ts";
import { findConnectionById } from "../store/connections.ts";
import { dropHooks, type EventHookRow, putHook, setHooksLeaving } from "../store/event-hooks.ts";
import { lockClaim, setEventSecret } from "../store/event-triggers.ts";
import { inScope } from "../store/scope.ts";
import { AGAIN_MS, endLookAs, type EventLook } from "./end-look.ts";
import type { EngineParts } from "./engine-parts.ts";

const KEPT = placeOf("event_hooks", "kept");
/** Until a process looks at it that is called from outside. */
const ELSEWHERE_MS = 2000;
/** Within which whoever asks a provider has ended. */
const UNSURE_MS = 60_000;

export interface HookOf {
  readonly described: Extract<DescribedEvent, { readonly kind: "hook" }>;
  readonly hooks: readonly EventHookRow[];
}

/** Brings a hook's registration into line with its trigger, which is active. */
export async function keepHook(
  parts: EngineParts,
  look: EventLook,
  ask: EventAsk,
  { described, hooks }: HookOf,
): Promise<void> {
  const { row, keys, events } = look;
  const judged = await events.gate.judge(ask);
  if (judged.kind !== "done") {
    // Without a connection that works nothing can be taken away, and deliveries are not let in.
    const isDead = judged.code === "reauth_required" || judged.code.startsWith("connection_");
    if (!isDead) await takeHooksAway(parts, look, hooks);
    return await endLookAs(parts, look, { end: judged, kind: "hook" });
  }
  const used = judged.value.connection;
  const fits = (hook: EventHookRow): boolean =>
    described.byHand === null &&
    hook.state !== "leaving" &&
    hook.connection === used &&
    openKept(keys, hook).rule === row.rule.toString("base64");
  const own = hooks.find(fits);
  const left = await takeHooksAway(
    parts,
    look,
    hooks.filter((hook) => hook !== own),
  );
  const stands = { kind: "hook", used, why: null, failures: 0, againMs: left ?? AGAIN_MS } as const;
  if (described.byHand !== null) {
    // Heard once, by a delivery or by the provider trying the address.
    const isReady = row.seenAt !== null && (described.signature === "none" || (await events.gate.signs(ask)));
    const status = isReady ? "active" : "by_hand";
    return await endLookAs(parts, look, { ...stands, status });
  }
  if (own?.state === "registered") return await endLookAs(parts, look, { ...stands, status: "active" });
  // One at a time, so that a rule that changes does not leave two.
  if (left !== null) return await endLookAs(parts, look, { ...stands, status: "starting", againMs: left });
  invariant(row.token !== null, "a trigger of a hook has an address");
  const url = events.addressOf(keys, row.trigger, row.token);
  // Whoever answers there looks at it next.
  if (url === null) return await endLookAs(parts, look, { ...stands, status: "starting", againMs: ELSEWHERE_MS });
  const end = await register(parts, look, ask, { used, url, own: own ?? null });
  if (end === null) return;
  if (end.kind !== "done") return await endLookAs(parts, look, { end, kind: "hook", used });
  await endLookAs(parts, look, { ...stands, status: "active" });
}

/** Null where the claim was lost under way: the next look goes on. */
async function register(
  parts: EngineParts,
  look: EventLook,
  ask: EventAsk,
  { used, url, own }: { readonly used: string; readonly url: string; readonly own: EventHookRow | null },
): Promise<EventEnd<Json> | null> {
  const { scope, row, events } = look;
  const secret = row.secret ?? (await events.gate.makeSecret(scope, row.trigger));
  const kept = { settings: ask.settings, rule: row.rule.toString("base64"), url, kept: null };
  const id = own?.id ?? parts.ids.uuid();
  const of = { id, trigger: row.trigger, connection: used, event: row.event };
  const put = async (state: "unsure" | "registered", now: KeptHook): Promise<boolean> =>
    await underClaim(parts, look, used, [
      ...(row.secret === null ? [setEventSecret(scope.project, row.trigger, secret)] : []),
      putHook(scope, { ...of, state, kept: sealKept(look, id, now), madeAt: parts.clock.nowMs() }),
    ]);
  if (!(await put("unsure", kept))) return null;
  const end = await events.gate.register(ask, { url, secret });
  if (end.kind !== "done") return end;
  return (await put("registered", { ...kept, kept: end.value })) ? end : null;
}

/** Asks providers to forget addresses; gives when to look again for what is left, or null where nothing is. */
export async function takeHooksAway(
  parts: EngineParts,
  look: EventLook,
  hooks: readonly EventHookRow[],
): Promise<number | null> {
  if (hooks.length === 0) return null;
  const { scope } = look;
  const stay = hooks.filter(({ state }) => state !== "leaving").map(({ id }) => id);
  if (stay.length > 0 && !(await underClaim(parts, look, null, [setHooksLeaving(scope.project, stay)]))) return 0;
  let againMs: number | null = null;
  for (const hook of hooks) {
    const waitMs = await takeAway(parts, look, hook);
    if (waitMs === null) continue;
    if (waitMs === 0) await underClaim(parts, look, null, [dropHooks(scope.project, [hook.id])]);
    else againMs = Math.min(againMs ?? waitMs, waitMs);
  }
  return againMs;
}

/** 0 when it is gone, null when it is the revocation's to take away, else when to try again. */
async function takeAway(parts: EngineParts, look: EventLook, hook: EventHookRow): Promise<number | null> {
  const { scope, row, keys, events, signal } = look;
  const { settings, url, kept } = openKept(keys, hook);
  const unsureMs = kept === null ? hook.madeAt + UNSURE_MS - parts.clock.nowMs() : 0;
  const connection = await findConnectionById(parts.database, scope, hook.connection);
  if (connection === null || connection.status === "disconnected") return null;
  if (connection.status !== "active") return AGAIN_MS;
  if (unsureMs > 0) return unsureMs;
  const version = await parts.versions.get(scope, row.flow, row.version);
  const ask: EventAsk = {
    ...scope,
    trigger: row.trigger,
    name: row.name,
    flow: version.slug,
    isAgent: version.isAgent === true,
    version: version.number,
    event: hook.event,
    connection: connection.slug,
    settings,
    look: row.tries,
    by: null,
    signal,
    stillMay: () => Promise.resolve(!signal.aborted),
    mayProceed: () => parts.mayAct(),
  };
  const end = await events.gate.unregister(ask, { url, kept });
  if (end.kind === "done" || end.code === "provider_not_found") return 0;
  if (end.code !== "action_unavailable") return end.kind === "failed" ? (end.afterMs ?? AGAIN_MS) : AGAIN_MS;
  parts.log(`the hook of ${showId("trg", row.trigger)} stays at its provider: ${end.message}`);
  return 0;
}

/**
 * False where the claim is gone, or the connection: then nothing is written. Whoever ends the connection comes before, and
 * is seen, or finds what was written. Locks: the connection first, as there.
 */
async function underClaim(
  parts: EngineParts,
  { scope, by, row }: EventLook,
  connection: string | null,
  statements: readonly Statement[],
): Promise<boolean> {
  return await inScope(parts.database, scope, async (tx) => {
    if (connection !== null && !(await shareActive(tx, scope.project, connection))) return false;
    if (!(await lockClaim(tx, scope.project, row.trigger, by))) return false;
    for (const statement of statements) await tx.query(statement);
    return true;
  });
}

function openKept(keys: EventLook["keys"], { id, kept }: Pick<EventHookRow, "id" | "kept">): KeptHook {
  return parseOwn<KeptHook>(keys.open("trigger", KEPT, uuidBytes(id), kept).toString());
}

function sealKept({ keys }: EventLook, id: string, kept: KeptHook): Buffer {
  return keys.seal("trigger", KEPT, uuidBytes(id), Buffer.from(JSON.stringify(kept)));
}
