/** Budgets: caps on money, tokens and calls. */
import { z } from "zod";
import { Time } from "../api.ts";
import { Amount, Currency, Period } from "./grants.ts";

export const CapId = z.string().regex(/^cap_[0-9a-z]{26}$/, "an id that begins with cap_");

const cap = {
  level: z.enum(["project", "member", "agent", "flow", "run"]),
  subject: z
    .string()
    .max(64)
    .default("")
    .describe("A flow's slug, acc_… of a member, an agent's slug; none with project and run."),
  unit: z.enum(["money", "tokens", "calls"]),
  currency: Currency.optional().describe("With money, and only then."),
  period: Period,
  amount: Amount,
  softPercent: z.int().min(1).max(100).default(80).describe("Of the amount: from there on people are told."),
};

interface Counted {
  readonly unit: "money" | "tokens" | "calls";
  readonly currency?: string | undefined;
  readonly amount: number;
}

type Rule = [(one: Counted) => boolean, { error: string; path: string[] }];

const hasItsCurrency = [
  (one: Counted) => (one.unit === "money") === (one.currency !== undefined),
  { error: "give a currency with money, and only then", path: ["currency"] },
] satisfies Rule;
const isWhole = [
  (one: Counted) => one.unit === "money" || Number.isInteger(one.amount),
  { error: "tokens and calls are whole", path: ["amount"] },
] satisfies Rule;

/** Of the project; `softPercent` is where people are told, `amount` where nothing more passes. */
export const NewBudget = z
  .strictObject(cap)
  .refine(hasItsCurrency[0], hasItsCurrency[1])
  .refine(isWhole[0], isWhole[1])
  .refine((one) => (one.level === "run") === (one.period === "run"), {
    error: "use the period run with the level run, and only then",
    path: ["period"],
  })
  .refine(({ level, subject }) => (level === "project" || level === "run") === (subject === ""), {
    error: "name whom it is for with member, agent and flow, and only then",
    path: ["subject"],
  });

/** Of the organization: all its projects together. */
export const NewOrganizationBudget = z
  .strictObject({
    unit: cap.unit,
    currency: cap.currency,
    period: z
      .enum(["hour", "day", "month", "total"])
      .describe("A day is one of UTC: projects have zones of their own."),
    amount: cap.amount,
    softPercent: cap.softPercent,
  })
  .refine(hasItsCurrency[0], hasItsCurrency[1])
  .refine(isWhole[0], isWhole[1]);

export const ChangeBudget = z
  .strictObject({ amount: Amount.optional(), softPercent: z.int().min(1).max(100).optional() })
  .refine((one) => one.amount !== undefined || one.softPercent !== undefined, { error: "name what to change" });

export const Budget = z.object({
  id: CapId,
  /** `grant` with a line of a grant or limit. */
  level: z.enum(["organization", "project", "member", "agent", "flow", "grant", "run"]),
  /** As in NewBudget; of what came with a grant or limit, that and its line: `grant:grt_…:0`. */
  subject: z.string(),
  /** `prj_…`; null for one of the organization, which spans its projects. */
  project: z.string().nullable(),
  unit: cap.unit,
  currency: z.string().nullable(),
  period: Period,
  amount: z.number(),
  softPercent: z.int(),
  /** `grant`: it came with a grant or limit, is changed with it and ends with it. */
  source: z.enum(["budget", "grant"]),
  /** Of the present period; null for one that counts each run by itself. */
  now: z
    .object({ period: z.string(), spent: z.number(), reserved: z.number(), left: z.number(), endsAt: Time.nullable() })
    .nullable(),
  createdAt: Time,
  updatedAt: Time,
  updatedBy: z.string(),
});

export type NewOrganizationBudget = z.output<typeof NewOrganizationBudget>;
export type NewBudget = z.output<typeof NewBudget>;
export type ChangeBudget = z.output<typeof ChangeBudget>;
export type Budget = z.output<typeof Budget>;
