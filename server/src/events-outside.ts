/** Triggers of connectors put together: the gate's part, and what the engine needs to look at them. */
import type { Built } from "./build.ts";
import { createEventNotes } from "./flows/event-notes.ts";
import type { HttpParts } from "./http/http-parts.ts";
import type { EventWorks } from "./engine/engine-parts.ts";
import type { Gate } from "./core/ports/gate.ts";
import { openWebhookToken, webhookUrl } from "./flows/webhook-token.ts";
import { askForTrigger, type AskForTriggerParts } from "./gate/ask-for-trigger.ts";
import { createEvents } from "./gate/create-events.ts";
import type { GateParts } from "./gate/gate-parts.ts";
import type { Ground } from "./ground.ts";

/** What the verbs around flows, and the addresses of hooks, need. */
export function eventParts(
  { db: { database }, clock, log, publicUrl }: Ground,
  { events: gate, versions }: Pick<Built, "events" | "versions">,
): Pick<HttpParts, "eventGate" | "events"> {
  const notes = createEventNotes(database, clock, log);
  return { eventGate: gate, events: { gate, notes, database, versions, publicUrl } };
}

export function eventWorks(
  { db: { database }, ids, publicUrl }: Pick<Ground, "db" | "ids" | "publicUrl">,
  gate: Gate,
  judging: GateParts,
  asks: AskForTriggerParts,
): EventWorks {
  return {
    gate: createEvents({ gate, judging, asks: askForTrigger(asks), connectors: asks.connectors, database, ids }),
    addressOf(keys, trigger, token) {
      const base = publicUrl();
      return base === "" ? null : webhookUrl(base, openWebhookToken(keys, trigger, token));
    },
  };
}
