/** The end of a connection's hooks at its provider, before its tokens are revoked: by the secret that is kept for that. */
import type { Connector } from "@steward/sdk";
import { placeOf } from "../catalogue/tables.ts";
import { showId, uuidBytes } from "../core/id.ts";
import { parseOwn } from "../core/json.ts";
import type { KeptHook } from "../core/ports/events.ts";
import { dropHooksOf, type EventHookRow, listHooksOf } from "../store/event-hooks.ts";
import type { Scope } from "../store/scope.ts";
import { askProvider } from "./ask-provider.ts";
import { readySecret } from "./connection-secret.ts";
import { driveCalls } from "./drive-calls.ts";
import type { EffectEnd } from "./action.ts";
import type { ConnectionGateParts } from "./oauth-client.ts";
import { endOfCalls } from "./provider-outcome.ts";
import type { SlotHooks } from "./revocation-slot.ts";

const KEPT = placeOf("event_hooks", "kept");
/** Of one connection; what is beyond is taken away by the next turn. */
const HOOKS_MAX = 200;
/** Within which whoever registered one has ended (`engine/keep-hooks.ts`, H3). */
const UNSURE_MS = 60_000;
/** Codes of what an attempt later may do. */
const LATER: ReadonlySet<string> = new Set([
  "provider_unavailable",
  "rate_limited",
  "timeout",
  "connect",
  "connect_timeout",
  "dns",
  "reset",
  "overloaded",
  "cancelled",
  "aborted",
]);

export interface TakingAway {
  readonly scope: Scope;
  /** UUID of the connection. */
  readonly connection: string;
  readonly connector: Connector;
  readonly hooks: SlotHooks;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly mayProceed: () => boolean;
}

/** Null when none is left; else why not, for another attempt. What the provider refuses for good is let go of, and logged. */
export async function takeHooksAway(parts: ConnectionGateParts, taking: TakingAway): Promise<string | null> {
  const { scope, connection } = taking;
  const hooks = await listHooksOf(parts.database, scope, connection, HOOKS_MAX);
  let later: string | null = hooks.length === HOOKS_MAX ? "more" : null;
  for (const hook of hooks) {
    const code = await takeAway(parts, taking, hook);
    if (code === null) await dropHooksOf(parts.database, scope, [hook.id]);
    else later ??= code;
  }
  return later;
}

async function takeAway(
  parts: ConnectionGateParts,
  { scope, connection, connector, hooks: { held, facts }, ...asking }: TakingAway,
  hook: EventHookRow,
): Promise<string | null> {
  const trigger = connector.triggers[hook.event.slice(hook.event.indexOf(".") + 1)];
  if (trigger?.kind !== "hook") return null;
  const keys = await parts.keysOf(scope);
  const { settings, url, kept } = parseOwn<KeptHook>(
    keys.open("trigger", KEPT, uuidBytes(hook.id), hook.kept).toString(),
  );
  if (kept === null && parts.clock.nowMs() < hook.madeAt + UNSURE_MS) return "unsure";
  const parsed = trigger.settings.safeParse(settings);
  const secret = readySecret(connector, facts, held);
  const provider = askProvider(
    { ...parts, secrets: { freshSecret: () => Promise.resolve(secret) } },
    { ...asking, connector, connection: { ...scope, id: connection }, scopes: [], idempotencyKey: null },
  );
  const driven = await driveCalls<null, EffectEnd>(
    connector,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same JSON, written to
    () => trigger.unregister(parsed.success ? parsed.data : settings, kept as never, url),
    (call) => provider.ask(call),
  );
  const end = endOfCalls(driven, parts.clock.nowMs());
  if (end === null || end.outcome.kind === "done") return null;
  const { code } = end.outcome;
  if (LATER.has(code)) return code;
  if (code !== "provider_not_found")
    parts.log(`the hook of ${showId("trg", hook.trigger)} may stay at its provider: ${code}`);
  return null;
}
