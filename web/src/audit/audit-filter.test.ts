import { AuditFilter } from "@steward/sdk";
import { expect, it } from "vitest";
import { auditFilter, filterValue } from "./audit-filter.ts";

it("what stands in the address becomes what the API takes", () => {
  const filter = auditFilter({ actor: " mem_1 ", action: "flow.", flow: undefined, from: "2026-11-01T10:00:00Z" });
  expect(filter).toEqual({ actor: "mem_1", action: "flow.", from: "2026-11-01T10:00:00.000Z" });
  expect(AuditFilter.safeParse(filter).success).toBe(true);
});

it("what is without outcome is asked for in minutes", () => {
  const filter = auditFilter({ open: "10" });
  expect(filter).toEqual({ open: 10 });
  expect(AuditFilter.safeParse(filter).success).toBe(true);
  expect(auditFilter({ open: "an hour" })).toEqual({});
});

it("what is no value is left out", () => {
  expect(auditFilter({ from: "yesterday", to: "", target: "   " })).toEqual({});
  expect(filterValue("to", "2026-13-01")).toBeNull();
  expect(filterValue("target", "x".repeat(400))).toHaveLength(100);
});
