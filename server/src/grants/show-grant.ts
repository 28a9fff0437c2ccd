import { type Grant, GrantForm, type Limit, LimitForm } from "@steward/sdk";
import { showId } from "../core/id.ts";
import { grantSentences, limitSentences } from "../core/policy/sentence.ts";
import { isoTime, isoTimeOrNull } from "../people/iso-time.ts";
import type { GrantRow } from "../store/grants.ts";
import type { NamesFor } from "./form-names.ts";

export function showGrant(row: GrantRow, names: NamesFor, nowMs: number): Grant {
  const form = GrantForm.parse(row.form);
  return {
    id: showId("grt", row.id),
    form,
    givenBy: row.givenBy === null ? null : showId("acc", row.givenBy),
    stands: row.revokedAt === null && row.usable && isWithin(form, nowMs),
    sentences: [...grantSentences(form, names(row.givenBy))],
    version: row.version,
    createdAt: isoTime(row.createdAt),
    updatedAt: isoTime(row.updatedAt),
    revokedAt: isoTimeOrNull(row.revokedAt),
  };
}

function isWithin({ from, until }: GrantForm, nowMs: number): boolean {
  return (from === undefined || Date.parse(from) <= nowMs) && (until === undefined || nowMs < Date.parse(until));
}

export interface LimitFacts extends Pick<GrantRow, "id" | "form" | "version" | "createdAt" | "updatedAt"> {
  readonly granter: string | null;
  readonly project: string | null;
  readonly revokedAt: number | null;
}

export function showLimit(row: LimitFacts, names: NamesFor): Limit {
  const form = LimitForm.parse(row.form);
  return {
    id: showId("lim", row.id),
    form,
    project: row.project === null ? null : showId("prj", row.project),
    sentences: [...limitSentences(form, names(row.granter))],
    version: row.version,
    createdAt: isoTime(row.createdAt),
    updatedAt: isoTime(row.updatedAt),
    revokedAt: isoTimeOrNull(row.revokedAt),
  };
}
