/** The filters of the ledger as they stand in the address. Pure. */
import type { OutboundAsked } from "../api/outbound-queries.ts";
import type { OutboundSearch } from "../paths.ts";

export const OUTBOUND_FIELDS = ["flow", "connection", "cause", "from", "to"] as const;
export type OutboundField = (typeof OUTBOUND_FIELDS)[number];

export function isMoment(field: OutboundField): field is "from" | "to" {
  return field === "from" || field === "to";
}

/** What was typed as it is asked for: times of the person's own zone as UTC; null for what is no value. */
export function outboundValue(field: OutboundField, typed: string): string | null {
  const text = typed.trim();
  if (text === "") return null;
  if (field === "flow") return /^[a-z0-9][a-z0-9-]{0,62}$/.test(text) ? text : null;
  if (!isMoment(field)) return text.slice(0, 140);
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

/** Of an address somebody may have typed: what is no value is left out. */
export function outboundAsked(search: OutboundSearch): OutboundAsked {
  const host = search.host?.trim().toLowerCase().slice(0, 253) ?? "";
  const entries = OUTBOUND_FIELDS.flatMap((field) => {
    const value = outboundValue(field, search[field] ?? "");
    return value === null ? [] : [[field, value] as const];
  });
  return {
    ...Object.fromEntries(entries),
    ...(host === "" ? {} : { host }),
    ...(search.refused === true ? { refused: "true" } : {}),
  };
}
