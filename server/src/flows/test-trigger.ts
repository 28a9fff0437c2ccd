import type { EventTrigger, TriedTrigger } from "@steward/sdk";
import { placeOf } from "../catalogue/tables.ts";
import { uuidBytes } from "../core/id.ts";
import { parseOwn, type Json } from "../core/json.ts";
import type { EventAsk } from "../core/ports/events.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import { listEventTriggers } from "../store/event-triggers.ts";
import type { FlowDraftRow } from "../store/flows.ts";
import { inScope, type Scope } from "../store/scope.ts";
import { listTriggers } from "../store/triggers.ts";
import type { FlowParts } from "./flow-parts.ts";
import { noSuchTrigger } from "./flow-refusals.ts";
import { findDraftOfKind } from "./of-kind.ts";
import { fileOf, openDraft } from "./sealed-flow.ts";
import { showJson } from "./show-flow.ts";

const SHOWN_MAX = 5;
const CURSOR = placeOf("event_triggers", "cursor");

/**
 * Asks the provider once, as the trigger of the draft would, from where the published one stands; the cursor stays there and
 * nothing is started. It is granted like the trigger, and audited as done by `by`. Throws `not_found`.
 */
export async function testTrigger(
  parts: Pick<FlowParts, "database" | "projects" | "ids" | "clock" | "connectors" | "eventGate">,
  scope: Scope,
  { slug, trigger: name }: { readonly slug: string; readonly trigger: string },
  by: string,
): Promise<TriedTrigger> {
  const { keys } = await parts.projects.get(scope);
  const { row, stands } = await inScope(parts.database, scope, async (tx) => {
    const draft = await findDraftOfKind(tx, scope.project, slug, "flow");
    const trigger = (await listTriggers(tx, scope.project, draft.id)).find((one) => one.name === name);
    const events = trigger === undefined ? [] : await listEventTriggers(tx, scope.project, draft.id);
    return { row: draft, stands: events.find((one) => one.trigger === trigger?.id) ?? null };
  });
  const definition = eventIn(keys, row, name);
  const { eventGate: gate } = parts;
  const described = await gate?.describe(scope, definition.event);
  const sample = await sampleOf(parts, scope, definition.event);
  if (gate === undefined || !described)
    return {
      refused: { code: "action_unavailable", message: `there is no event ${definition.event}` },
      events: [],
      sample,
    };
  const id = stands?.trigger ?? parts.ids.uuid();
  const ask: EventAsk = {
    ...scope,
    trigger: id,
    name,
    flow: slug,
    version: row.version ?? 0,
    event: definition.event,
    connection: definition.connection,
    settings: definition.settings,
    look: parts.clock.nowMs(),
    by,
    signal: new AbortController().signal,
    stillMay: () => Promise.resolve(true),
    mayProceed: () => true,
  };
  const judged = await gate.judge(ask);
  if (judged.kind !== "done") return { refused: { code: judged.code, message: judged.message }, events: [], sample };
  if (described.kind === "hook") return { refused: null, events: [], sample };
  const isSame = stands?.used === judged.value.connection && stands.event === definition.event;
  const cursor = isSame && stands.cursor !== null ? openCursor(keys, id, stands.cursor) : null;
  const end = await gate.poll(ask, cursor);
  if (end.kind !== "done") return { refused: { code: end.code, message: end.message }, events: [], sample };
  const events = end.value.events.slice(0, SHOWN_MAX).map(({ key, data }) => ({ key, data: showJson(data) }));
  return { refused: null, events, sample };
}

function eventIn(keys: ProjectKeys, row: FlowDraftRow, name: string): EventTrigger {
  const found = fileOf(openDraft(keys, row.id, row.draft)).triggers.find(({ id }) => id === name);
  if (found?.kind !== "event") throw noSuchTrigger(row.slug, name);
  return found;
}

async function sampleOf(
  { connectors }: Pick<FlowParts, "connectors">,
  scope: Scope,
  event: string,
): Promise<TriedTrigger["sample"]> {
  const [id = "", name = ""] = event.split(".");
  const connector = await connectors?.find(scope, id);
  return connector && Object.hasOwn(connector.triggers, name) ? connector.triggers[name]!.sample : null;
}

function openCursor(keys: ProjectKeys, trigger: string, cursor: Buffer): Json {
  return parseOwn<Json>(keys.open("trigger", CURSOR, uuidBytes(trigger), cursor).toString());
}
