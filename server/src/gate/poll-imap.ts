/** The event `imap.new_mail`: mails that came into a folder after the last one that was seen. */
import { z } from "zod";
import type { Json } from "../core/json.ts";
import { endedAs, type EffectEnd, type Matter } from "./action.ts";
import { type PollPerformer, polledEnd } from "./ask-for-trigger.ts";
import { ask, endOf, openMailbox, type UseImapParts } from "./use-imap.ts";

const MAILS_MAX = 100;

const Settings = z.object({ folder: z.string() });
const Until = z.object({ uidValidity: z.string(), uid: z.int() });
const Found = z.object({
  messages: z.array(z.object({ uid: z.int() }).catchall(z.json())),
  until: Until,
  more: z.boolean(),
});

/** By event, for `askForTrigger`. */
export function pollImap(parts: Pick<UseImapParts, "client" | "secrets">): Readonly<Record<string, PollPerformer>> {
  return { "imap.new_mail": (matter, settings, cursor) => poll(parts, matter, settings, cursor) };
}

async function poll(
  { client, secrets }: Pick<UseImapParts, "client" | "secrets">,
  matter: Matter,
  settings: unknown,
  cursor: Json,
): Promise<EffectEnd> {
  const { folder } = Settings.parse(settings);
  const since = Until.safeParse(cursor).data ?? null;
  if (matter.call.event !== undefined && !(await matter.call.event.stillMay()))
    return endedAs("refused", { code: "cancelled", message: "the trigger was paused, or somebody else asks for it" });
  const way = await openMailbox(secrets, matter);
  if ("end" in way) return way.end;
  const answer = await ask(client, way, { does: "new", folder, since, limit: MAILS_MAX }, matter);
  const end = await endOf(answer, way, (result) => Found.safeParse(result).success);
  if (end.outcome.kind !== "done") return end;
  const { messages, until, more } = Found.parse(end.outcome.result);
  const events = messages.map((mail) => ({
    // Numbers are given once in a numbering (RFC 9051, 2.3.1.1).
    key: `${folder}\n${until.uidValidity}\n${mail.uid}`,
    data: { ...mail, uidValidity: until.uidValidity, folder },
  }));
  return polledEnd({ events, cursor: until, more });
}
