/** Entries of the audit log as a person reads them; the log's own codes and ids stay beside. Pure. */
import type { AuditEntry } from "@steward/sdk";
import { say } from "../language.ts";
import { shortId } from "../ui/Copy.tsx";
import { visible } from "../visible.ts";

const words = say.people.audit;
const ID = /\b([a-z]{3})_[0-9a-z]{26}\b/g;
const NAMED = /^([a-z]+):(.+)$/;

/** What ids are called, by those ids. */
export type Names = Readonly<Record<string, string>>;
/** How what an entry tells of went; `in_doubt` where nobody knows. */
export type EntryState = "well" | "refused" | "failed" | "in_doubt";

/** Who or what an entry names: by its name, an id that has none by its end. */
export function refWords(text: string, names: Names): string {
  if (text === "system" || text === "nobody") return words[text];
  const [, kind = "", name = ""] = NAMED.exec(text) ?? [];
  if (isKind(kind)) return words.kinds[kind](idWords(name, names));
  return idWords(text, names);
}

function idWords(text: string, names: Names): string {
  return visible(
    text.replaceAll(ID, (id, kind: string) => {
      const name = names[id];
      if (name === undefined) return shortId(id);
      return isKind(kind) ? words.kinds[kind](name) : name;
    }),
  );
}

function isKind(text: string): text is keyof typeof words.kinds {
  return Object.hasOwn(words.kinds, text);
}

function isAction(text: string): text is keyof typeof words.actions {
  return Object.hasOwn(words.actions, text);
}

/** What was done: `member.removed` as "Member removed". */
export function actionWords({ action, facts }: Pick<AuditEntry, "action" | "facts">): string {
  if (isAction(action)) return words.actions[action];
  if (action === "effect.outcome") return words.outcomes[entryState({ action, facts })];
  const text = action.replaceAll(/[._]/g, " ");
  return visible(text.charAt(0).toUpperCase() + text.slice(1));
}

export function entryState({ action, facts }: Pick<AuditEntry, "action" | "facts">): EntryState {
  const { outcome } = facts;
  if (outcome === "refused" || /\.(?:refused|denied)$/.test(action)) return "refused";
  if (outcome === "failed" || /fail|lost/.test(action)) return "failed";
  return outcome === "unknown" || action === "run.parked" ? "in_doubt" : "well";
}
