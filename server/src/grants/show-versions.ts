import type { Change } from "../core/policy/diff.ts";
import { isoTime } from "../people/iso-time.ts";
import type { Page } from "../people/page.ts";
import type { VersionRow } from "../store/grants.ts";

interface Shown<Form> {
  readonly version: number;
  readonly form: Form;
  readonly sentences: string[];
  readonly at: string;
  readonly by: string;
  readonly changes: { readonly change: Change["kind"] | "wider" | "narrower"; readonly sentence: string }[];
}

/** A page of versions, the newest first, from rows of which one more than `limit` was read: each is told from the one before. */
export function versionsWith<Form>(
  rows: readonly (Omit<VersionRow, "form"> & { readonly form: Form })[],
  limit: number,
  tell: {
    readonly words: (form: Form) => readonly string[];
    readonly changes: (before: Form, after: Form) => readonly Change[];
  },
): Page<Shown<Form>> {
  const items = rows.slice(0, limit).map(({ version, form, at, by }, place) => {
    const before = rows[place + 1];
    const changes = before === undefined ? [] : tell.changes(before.form, form);
    return {
      version,
      form,
      sentences: [...tell.words(form)],
      at: isoTime(at),
      by,
      changes: changes.map(({ kind, effect, text }) => ({ change: effect ?? kind, sentence: text })),
    };
  });
  return { items, next: rows.length > limit ? String(items.at(-1)!.version) : null };
}
