/** Connections, grants and effects of a proof's own; `removeProofConnections` takes the rows away when it ends. */
import type { AuditEntry } from "../core/audit-entry.ts";
import { showId } from "../core/id.ts";
import type { JsonObject } from "../core/json.ts";
import type { EffectCall, Ended, Performed } from "../core/ports/gate.ts";
import type { EffectRequest } from "../core/step-kind.ts";
import { findConnection, insertConnection } from "../store/connections.ts";
import { insertGrant } from "../store/grants.ts";
import { putOAuthClient } from "../store/oauth-clients.ts";
import { inScope } from "../store/scope.ts";
import type { ProveParts } from "./check.ts";
import { PROVIDER } from "./proof-connector.ts";
import type { ProofTenant } from "./proof-tenants.ts";
import type { Trial } from "./trial.ts";

type Parts = Pick<ProveParts, "database" | "clock" | "ids" | "call">;

export interface ProofConnection {
  readonly slug: string;
  readonly access: string;
  readonly refresh?: string;
  /** From now; by default an hour. */
  readonly expiresInMs?: number;
  readonly scopes?: readonly string[];
  readonly flow?: string;
  /** An account's UUID. */
  readonly owner?: string;
}

export const ALL_SCOPES = ["proof.read", "proof.write"];

/** An active connection with the proof's provider, as a consent would have left it; gives its UUID. */
export async function makeProofConnection(
  { database, clock, ids }: Pick<Parts, "database" | "clock" | "ids">,
  trial: Pick<Trial, "seal">,
  tenant: ProofTenant,
  given: ProofConnection,
): Promise<string> {
  const { access, refresh = null, scopes = ALL_SCOPES, expiresInMs = 3_600_000 } = given;
  const id = ids.uuid();
  const client = ids.uuid();
  const nowMs = clock.nowMs();
  const secret = await trial.seal(tenant, id, { access, refresh });
  const createdBy = showId("mem", tenant.members.builder);
  await inScope(database, tenant, async (tx) => {
    await tx.query(
      putOAuthClient(tenant, {
        id: client,
        connector: `proof_${given.slug}`,
        clientId: "proof",
        secret: null,
        setAt: nowMs,
        setBy: createdBy,
      }),
    );
    await tx.query(
      insertConnection(tenant, {
        id,
        slug: given.slug,
        connector: "proof",
        authentication: "oauth2",
        status: "active",
        owner: given.owner ?? null,
        flow: given.flow ?? null,
        account: null,
        scopes,
        hosts: [PROVIDER],
        address: null,
        client,
        secret,
        secretExpiresAt: nowMs + expiresInMs,
        refreshedAt: null,
        generation: 1,
        errorCode: null,
        createdAt: nowMs,
        createdBy,
        connectedAt: nowMs,
        usedAt: null,
      }),
    );
  });
  return id;
}

/** As the API gives one; that knows no connector of a trial. Gives its shown id. */
export async function giveProofGrant(
  { database, clock, ids }: Pick<Parts, "database" | "clock" | "ids">,
  trial: Pick<Trial, "changed">,
  tenant: ProofTenant,
  { connection: slug, to = "project" }: { readonly connection: string; readonly to?: string },
): Promise<string> {
  const row = await findConnection(database, tenant, slug);
  if (row === null) throw new Error(`the proof has no connection ${slug}`);
  const id = ids.uuid();
  const form = { to, connection: slug, note: "", lines: [{ actions: ["*"], when: [], rate: [], money: [] }] };
  const by = showId("mem", tenant.members.owner);
  const about = { kind: "grant", principal: to, connection: row.id, credential: null } as const;
  const grant = { id, ...about, form, givenBy: null, by, atMs: clock.nowMs() };
  await inScope(database, tenant, async (tx) => {
    for (const statement of insertGrant(tenant, grant)) await tx.query(statement);
  });
  await trial.changed(tenant);
  return showId("grt", id);
}

export interface ProofEffect {
  readonly action: EffectRequest["action"];
  readonly connection: string | null;
  readonly arguments?: JsonObject;
  /** By default what the proof's own flow would ask for. */
  readonly effect?: EffectRequest;
  readonly flow?: string;
  readonly starter?: string;
}

/** An effect as a worker asks for it, of a run that is nobody's. Its intents are kept here alone. */
export function proofCall(
  { ids }: Pick<Parts, "ids">,
  { organization, project }: ProofTenant,
  given: ProofEffect,
): { readonly call: EffectCall; readonly intents: readonly AuditEntry[]; readonly run: string } {
  const intents: AuditEntry[] = [];
  const run = showId("run", ids.uuid());
  const effect: EffectRequest = given.effect ?? {
    action: given.action,
    arguments: given.arguments ?? {},
    connection: given.connection,
    credential: null,
    repeat: "never",
    timeoutMs: 10_000,
  };
  const call: EffectCall = {
    organization,
    project,
    run,
    flow: given.flow ?? "proof",
    version: 1,
    step: "proof",
    path: [],
    attempt: 1,
    effect,
    starter: given.starter ?? null,
    tainted: false,
    written: effect.arguments,
    approval: null,
    idempotencyKey: null,
    signal: new AbortController().signal,
    intend({ audit }) {
      intents.push(...audit);
      return Promise.resolve({ reserved: "granted", cap: null, approved: true });
    },
    reserve: () => Promise.resolve({ reserved: "granted", cap: null }),
    mayProceed: () => true,
  };
  return { call, intents, run };
}

/** Lets the gate perform it; throws where a person would be asked. */
export async function performProof(
  parts: Pick<Parts, "ids">,
  trial: Pick<Trial, "gate">,
  tenant: ProofTenant,
  given: ProofEffect,
): Promise<Ended> {
  return endedOf(await trial.gate.perform(proofCall(parts, tenant, given).call));
}

export function endedOf(performed: Performed): Ended {
  if ("held" in performed) throw new Error("the proof's effect was held for an approval that nobody asked for");
  return performed;
}

/** `done`, or how else it ended with its code. */
export function endText({ outcome }: Ended): string {
  return outcome.kind === "done" ? "done" : `${outcome.kind} ${outcome.code}`;
}
