/** The filters of the audit log as they stand in the address. Pure. */
import type { AuditFilter } from "@steward/sdk";

export const FILTER_FIELDS = ["actor", "action", "target", "flow", "from", "to", "open"] as const;
export type FilterField = (typeof FILTER_FIELDS)[number];
export type Filters = Readonly<Partial<Record<FilterField, string | undefined>>>;

export function isTimeField(field: FilterField): field is "from" | "to" {
  return field === "from" || field === "to";
}

/** What was typed as it is asked for: times of the person's own zone as UTC, minutes in figures; null for what is no value. */
export function filterValue(field: FilterField, typed: string): string | null {
  const text = typed.trim();
  if (text === "") return null;
  if (field === "open") return /^\d{1,5}$/.test(text) ? text : null;
  if (!isTimeField(field)) return text.slice(0, 100);
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

/** Of an address somebody may have typed: what is no time is left out. */
export function auditFilter(filters: Filters): AuditFilter {
  const entries = FILTER_FIELDS.flatMap((field) => {
    const value = filterValue(field, filters[field] ?? "");
    return value === null ? [] : [[field, field === "open" ? Number(value) : value] as const];
  });
  return Object.fromEntries(entries);
}
