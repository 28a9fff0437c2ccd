/** What is in force in tests that have no database of their own: grants and limits by their forms. */
import { GrantForm, LimitForm } from "@steward/sdk";
import { capsOfGrant, capsOfLimit } from "../core/budget/line-caps.ts";
import { showId } from "../core/id.ts";
import type { Json } from "../core/json.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { PolicyRows, StandingCapRow, StandingForm } from "../store/policy.ts";
import type { GateParts } from "./gate-parts.ts";
import { createInFlight } from "./in-flight.ts";
import { createPolicies } from "./policy.ts";

export interface InForce {
  readonly grants?: readonly Partial<StandingForm & { form: GrantFormInput }>[];
  readonly limits?: readonly Partial<StandingForm & { form: LimitFormInput }>[];
  readonly budgets?: readonly Partial<StandingCapRow>[];
}
type GrantFormInput = typeof GrantForm extends { _zod: { input: infer Input } } ? Input : never;
type LimitFormInput = typeof LimitForm extends { _zod: { input: infer Input } } ? Input : never;

/** Ids are told apart by their number, so that tests can name them. */
export function uuidOf(kind: string, at: number): string {
  const letter = { grant: "a", limit: "b", cap: "c", connection: "d", account: "e", approval: "f" }[kind] ?? "0";
  return `01234567-89ab-7cde-8f${letter}1-${String(at).padStart(12, "0")}`;
}

export function policyRows({ grants = [], limits = [], budgets = [] }: InForce): PolicyRows {
  const stored = (kind: "grant" | "limit", one: Partial<StandingForm>, at: number): StandingForm => ({
    id: uuidOf(kind, at),
    kind,
    level: "project",
    connection: null,
    version: 1,
    createdAt: at,
    givenBy: null,
    by: null,
    ...one,
    form: (kind === "grant" ? GrantForm : LimitForm).parse(one.form),
  });
  const forms = [
    ...grants.map((one, at) => stored("grant", one, at)),
    ...limits.map((one, at) => stored("limit", one, at)),
  ];
  let caps = 0;
  const lineCaps = forms.flatMap((one) => {
    const common = {
      id: showId(one.kind === "grant" ? "grt" : "lim", one.id),
      version: 1,
      createdMs: 0,
      granter: null,
    };
    const found =
      one.kind === "grant"
        ? capsOfGrant({ ...common, form: GrantForm.parse(one.form) })
        : capsOfLimit({ ...common, level: one.level, form: LimitForm.parse(one.form) });
    return found.map((cap) => ({ ...cap, amount: Number(cap.amount), source: "grant" as const }));
  });
  const all = [...lineCaps, ...budgets].map((cap): StandingCapRow => ({
    id: uuidOf("cap", caps++),
    project: uuidOf("project", 0),
    level: "project",
    subject: "",
    source: "budget",
    unit: "calls",
    currency: null,
    period: "day",
    amount: 0,
    ...cap,
  }));
  return { mark: null, forms, caps: all, timeZone: "UTC" };
}

/** The rest of the gate's parts; nothing is in force, nobody was anywhere before, and no approval was given. */
export function inForce(
  clock: Clock,
  given: InForce | (() => InForce) = {},
): Pick<GateParts, "connections" | "policies" | "destinations" | "findApproval" | "inFlight"> {
  return {
    connections: { find: async () => null, findOwn: async () => [] },
    policies: createPolicies({
      readPolicy: async () => policyRows(typeof given === "function" ? given() : given),
      clock,
      log: () => undefined,
    }),
    destinations: { isKnown: async () => false, note: async () => undefined },
    findApproval: async () => null,
    inFlight: createInFlight(clock),
  };
}

/** Whoever sets a credential makes this grant with it. */
export function credentialGrant(slug: string, hosts: readonly string[]): { readonly form: GrantFormInput } {
  const when: Json[] = hosts.length === 0 ? [] : [{ field: "url", domains: [...hosts] }];
  return { form: { to: "project", credential: slug, lines: [{ actions: ["http.request"], when }] } as GrantFormInput };
}
