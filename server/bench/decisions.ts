/** What one decision of the policy costs in a project with 1,000 grants. */
import { GrantForm, LimitForm } from "@steward/sdk";
import { compileGrant, compileLimit } from "../src/core/policy/compile-grant.ts";
import { decide } from "../src/core/policy/decide.ts";
import type { PolicyRequest } from "../src/core/policy/decision.ts";
import { arrangePolicy, type Policy } from "../src/core/policy/policy.ts";
import type { Line, Measurement } from "./measurement.ts";
import { lineOf } from "./small-costs.ts";

const GRANTS = 1000;
const LIMITS = 20;
const DECISION_US_MAX = 50;
const NOW_MS = 1_800_000_000_000;

export const decisions: Measurement = {
  name: "decisions",
  async run({ say }) {
    say("decisions with 1,000 grants");
    return measureDecisions();
  },
};

export function measureDecisions(): readonly Line[] {
  const apart = policyOf((at) => ({ to: `flow:f${at}`, connection: `c${at % 20}`, domain: `d${at}.example` }));
  const alike = policyOf((at) => ({ to: "project", connection: "c0", domain: `d${at}.example` }));
  const own = requestOf("f500", `ann@d500.example`);
  const last = requestOf("f0", `ann@d${GRANTS - 1}.example`);
  const many = requestOf(
    "f500",
    Array.from({ length: 50 }, (_, at) => `a${at}@d500.example`),
  );
  const decision = (what: string, request: PolicyRequest, policy: Policy): Line =>
    lineOf(`decision with ${GRANTS} grants, ${what}`, () => decide(request, policy, NOW_MS), DECISION_US_MAX);
  return [
    decision("one of them the flow's", own, apart),
    decision("50 recipients", many, apart),
    decision("refused: none is the flow's", requestOf("other", "ann@d1.example"), apart),
    decision("all for one action, the last covers", last, alike),
    decision("all for one action, none covers", requestOf("f0", "ann@evil.example"), alike),
  ];
}

function policyOf(
  make: (at: number) => { readonly to: string; readonly connection: string; readonly domain: string },
): Policy {
  const grants = Array.from({ length: GRANTS }, (_, at) => {
    const { to, connection, domain } = make(at);
    const when = [{ field: "to", domains: [domain, `*.${domain}`] }];
    const lines = [{ actions: ["mail.send"], when, rate: [{ times: 20, per: "day" }] }];
    const form = GrantForm.parse({ to, connection, lines });
    return compileGrant({ id: `grt_${at}`, version: 1, createdMs: at, granter: null, form });
  });
  const limits = Array.from({ length: LIMITS }, (_, at) => {
    const form = LimitForm.parse({ lines: [{ actions: ["*"], rate: [{ times: 1000 + at, per: "day" }] }] });
    return compileLimit({ id: `lim_${at}`, version: 1, createdMs: at, granter: null, level: "project", form });
  });
  return arrangePolicy(grants, limits);
}

function requestOf(flow: string, to: string | readonly string[]): PolicyRequest {
  return {
    principals: [`flow:${flow}`, "project"],
    connection: { kind: "connection", slug: "c0" },
    action: "mail.send",
    class: "write",
    destination: ["to"],
    arguments: { to, subject: "Your refund", body: "x".repeat(2000) },
    literal: new Set(),
    tainted: true,
    known: true,
    estimate: null,
  };
}
