/** `steward prove`: one proof at a time, in organizations made for it, its keys revoked whatever happens. */
import type { Proof } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import type { CallLive, Check, ProveParts } from "./check.ts";
import { CHECKS } from "./checks.ts";
import { openProofTenants } from "./proof-tenants.ts";
import { runChecks } from "./run-checks.ts";

export type Prove = (only: readonly string[] | null) => Promise<Proof>;

export type ProveSources = Omit<ProveParts, "call" | "tenants" | "facts"> & {
  readonly facts: () => ProveParts["facts"];
  /** A call of this process's own server. */
  readonly call: (call: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | null;
  }) => ReturnType<CallLive>;
};

/** `only` names promises; null is all. Throws `value_invalid` for a promise without a check, `conflict` while another proof runs. */
export function createProve(sources: ProveSources, checks: readonly Check[] = CHECKS): Prove {
  let busy = false;
  return async (only) => {
    const chosen = only === null ? checks : only.map((id) => checkOf(checks, id));
    if (busy) throw new AppError("conflict", "Another proof is running: wait for its end.", { retryAfterSeconds: 10 });
    busy = true;
    try {
      const opened = await openProofTenants(sources);
      try {
        const { tenants } = opened;
        const parts = { ...sources, facts: sources.facts(), tenants, call: liveCall(sources) };
        return present(await runChecks(chosen, parts), sources.clock.nowMs());
      } finally {
        await opened.close();
      }
    } finally {
      busy = false;
    }
  };
}

function checkOf(checks: readonly Check[], id: string): Check {
  const found = checks.find((check) => check.id === id);
  if (found) return found;
  const known = checks.map((check) => check.id).join(", ");
  throw new AppError("value_invalid", `only: there is no check of ${id}; there are ${known}`, { field: "only" });
}

function present(proved: Awaited<ReturnType<typeof runChecks>>, nowMs: number): Proof {
  return {
    provedAt: new Date(nowMs).toISOString(),
    kept: proved.filter(({ verdict }) => verdict.state === "kept").length,
    broken: proved.filter(({ verdict }) => verdict.state === "broken").length,
    promises: proved.map(({ id, promise, tries, triedAtMs, verdict, ms }) => ({
      id,
      promise,
      tries,
      state: verdict.state,
      evidence: verdict.state === "not_applicable" ? [verdict.reason] : [...verdict.evidence],
      triedAt: new Date(triedAtMs).toISOString(),
      ms,
    })),
  };
}

/** A call as the outside makes it: under the public host name, with a key, a cookie, or neither. */
function liveCall({ call, facts }: ProveSources): CallLive {
  return async (method, path, { key, cookie, body, headers = {} } = {}) => {
    const { host, origin } = new URL(facts().publicUrl);
    return await call({
      method,
      path,
      headers: {
        host,
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(cookie === undefined ? {} : { cookie, origin, "sec-fetch-site": "same-origin" }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
  };
}
