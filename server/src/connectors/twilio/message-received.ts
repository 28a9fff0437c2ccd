import { type PollTrigger } from "@steward/sdk";
import { z } from "zod";
import { jsonOf } from "../json-of.ts";
import { MESSAGES, Message, messagesOf, pageQuery, SAMPLE } from "./messages.ts";

const PAGE_SIZE = 50;
const PAGES_MAX = 10;
const EVENTS_MAX = 100;
const TOLD_MAX = 200;

/** The newest messages that were told, by SID; a list is read until one of them. */
const Cursor = z.object({ told: z.array(z.string()).max(TOLD_MAX) });

interface Settings {
  readonly to: string;
}

export const messageReceived: PollTrigger<Settings> = {
  kind: "poll",
  title: "Message received",
  summary: "When an SMS or a WhatsApp message comes in to one of your numbers.",
  settings: z.strictObject({
    to: z
      .string()
      .regex(
        /^(?:whatsapp:)?\+[1-9]\d{5,14}$/,
        "use one of your numbers, such as +15017122661 or whatsapp:+15017122661",
      )
      .describe("Your number; with whatsapp: before it for WhatsApp."),
  }),
  scopes: [],
  everySeconds: { default: 60, min: 15 },
  sample: jsonOf({ ...SAMPLE, status: "received", direction: "inbound" }),
  *poll({ to }, before) {
    const told = before === null ? null : Cursor.parse(before).told;
    const fresh: z.output<typeof Message>[] = [];
    let next: string | null = null;
    for (let n = 0; n < PAGES_MAX; n += 1) {
      const query = { To: to, PageSize: PAGE_SIZE, ...pageQuery(next) };
      const page = messagesOf(yield { method: "GET", url: `${MESSAGES}.json`, query });
      const known = told === null ? -1 : page.items.findIndex(({ sid }) => told.includes(sid));
      fresh.push(...(known === -1 ? page.items : page.items.slice(0, known)));
      next = page.next;
      // At first one page is enough to know where now is.
      if (known !== -1 || told === null || next === null) break;
    }
    const oldestFirst = fresh.filter(({ direction }) => direction === "inbound").toReversed();
    if (told === null) return { events: [], cursor: { told: fresh.map(({ sid }) => sid) }, more: false };
    const now = oldestFirst.slice(0, EVENTS_MAX);
    return {
      events: now.map((message) => ({ key: message.sid, data: jsonOf(message) })),
      cursor: { told: [...now.map(({ sid }) => sid).toReversed(), ...told].slice(0, TOLD_MAX) },
      more: oldestFirst.length > now.length,
    };
  },
};
