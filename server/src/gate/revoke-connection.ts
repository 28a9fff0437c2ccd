/** The action `connection.revoke`: has the tokens of a disconnected connection revoked at the provider (PROMISES C6). */
import type { Connector } from "@steward/sdk";
import { actOn } from "../core/audit-entry.ts";
import { showId } from "../core/id.ts";
import { invariant } from "../core/invariant.ts";
import type { JsonObject } from "../core/json.ts";
import type { RevokeArguments } from "../core/revoke-effect.ts";
import { SealError } from "../keyring/seal-error.ts";
import { appendActs } from "../store/append-acts.ts";
import { INSTALLATION } from "../store/installation.ts";
import { endRevocation, findRevocation, noteAttempt, type RevocationRow } from "../store/revocations.ts";
import { inScope, type Scope } from "../store/scope.ts";
import {
  endedAs,
  type ActionPerformer,
  type Check,
  type EffectEnd,
  type EffectRefusal,
  type Matter,
} from "./action.ts";
import { judgeCancelled } from "./checks.ts";
import type { ConnectionGateParts } from "./oauth-client.ts";
import { openSlot, type RevocationSlot } from "./revocation-slot.ts";
import { revokeAtProvider, type Revoked } from "./revoke-at-provider.ts";
import { takeHooksAway } from "./take-hooks-away.ts";

interface RevokeSubject {
  readonly id: string;
  readonly scope: Scope;
  /** Null when it is gone, or the run that asks is none of the installation's own. */
  readonly row: RevocationRow | null;
  /** Null where there is none of that id any more. */
  readonly connector: Connector | null;
}

/** Repeating it is safe: a token that is revoked already is as good as one that is revoked now (RFC 7009, 2.2). */
export function revokeConnection(parts: ConnectionGateParts): ActionPerformer<RevokeSubject> {
  return {
    async gather({ project, effect }) {
      const { revocation: id, organization, project: of } = readArguments(effect.arguments);
      const scope = { organization, project: of };
      const row = project === INSTALLATION ? await findRevocation(parts.database, scope, id) : null;
      return { id, scope, row, connector: row && (await parts.connectors.find(scope, row.connector)) };
    },
    checks: checks(parts),
    facts: ({ connector }) => ({ host: hostOf(connector) }),
    intentFacts: ({ id, row }) => ({ revocation: showId("rev", id), connector: row?.connector ?? null }),
    perform: (matter) => revoke(parts, matter),
  };
}

function checks({ clock }: ConnectionGateParts): readonly Check<RevokeSubject>[] {
  return [
    { name: "own_run", judge: ({ call }) => (call.project === INSTALLATION ? null : NOT_OURS) },
    {
      name: "revocation_waits",
      judge: ({ subject: { row } }) => (row?.status === "waiting" && clock.nowMs() < row.expiresAt ? null : OVER),
    },
  ];
}

const NOT_OURS: EffectRefusal = { code: "action_unavailable", message: "only the installation itself revokes" };
const OVER: EffectRefusal = { code: "revocation_over", message: "there is nothing to revoke any more" };

function hostOf(connector: Connector | null): string | null {
  const way = connector?.authentication.find((one) => one.kind === "oauth2");
  if (way?.kind !== "oauth2") return null;
  return URL.parse(way.revocation?.url ?? way.revocationUrl ?? "")?.hostname ?? null;
}

async function revoke(parts: ConnectionGateParts, matter: Matter<RevokeSubject>): Promise<EffectEnd> {
  const { call, subject } = matter;
  const { row, scope, connector } = subject;
  invariant(row !== null, "a check has seen the revocation");
  const slot = await tryOpen(parts, scope, row);
  if (slot === null || connector === null)
    return await ended(parts, subject, { kind: "refused", code: slot === null ? "unreadable" : "no_connector" }, false);
  const { hooks } = slot;
  const left =
    hooks === undefined
      ? null
      : await takeHooksAway(parts, {
          scope,
          connection: row.connection,
          connector,
          hooks,
          signal: call.signal,
          timeoutMs: call.effect.timeoutMs,
          mayProceed: () => judgeCancelled(call) === null,
        });
  if (left !== null) {
    await noteAttempt(parts.database, scope, row.id, left);
    const message = "hooks are left at the provider";
    return { outcome: endedAs("failed", { code: "provider_unavailable", message }).outcome, facts: { provider: left } };
  }
  if (slot.hooksOnly === true) return await ended(parts, subject, { kind: "unsupported" }, true);
  const said = await revokeAtProvider(parts, connector, slot, {
    partition: scope.project,
    signal: call.signal,
    timeoutMs: call.effect.timeoutMs,
    beforeFirstByte: () => judgeCancelled(call) === null,
  });
  if (said.kind !== "later") return await ended(parts, subject, said, true);
  await noteAttempt(parts.database, scope, row.id, said.code);
  const { outcome } = endedAs("failed", { code: "provider_unavailable", message: said.message });
  return { outcome, facts: { provider: said.code } };
}

/** Keys that were destroyed, or lost: what can't be read can't be revoked. */
async function tryOpen(parts: ConnectionGateParts, scope: Scope, row: RevocationRow): Promise<RevocationSlot | null> {
  if (row.slot === null) return null;
  try {
    return openSlot(await parts.keysOf(scope), row.id, row.slot);
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    parts.log(`the slot of ${showId("rev", row.id)} does not open`, error);
    return null;
  }
}

/** The slot goes at once, and not with the outcome: a repetition after a crash finds it gone, which is as well. */
async function ended(
  { database, clock }: ConnectionGateParts,
  { id, scope }: RevokeSubject,
  said: Exclude<Revoked, { readonly kind: "later" }> | { readonly kind: "unsupported" },
  asked: boolean,
): Promise<EffectEnd> {
  const atMs = clock.nowMs();
  const status = said.kind === "refused" ? "failed" : said.kind === "done" ? "confirmed" : "unsupported";
  const code = said.kind === "unsupported" ? null : said.code;
  await inScope(database, scope, async (tx) => {
    if (!(await endRevocation(tx, scope.project, id, { status, code, asked, atMs }))) return;
    const facts = { status, provider: code };
    const act = actOn(scope.project, "system", "connection.revoked", showId("rev", id), facts, atMs);
    await appendActs(tx, scope.organization, [act], atMs);
  });
  return { outcome: { kind: "done", result: { status } }, facts: { provider: code } };
}

function readArguments({ organization, project, revocation }: JsonObject): RevokeArguments {
  const isText = typeof organization === "string" && typeof project === "string" && typeof revocation === "string";
  invariant(isText, "a revocation is named by its organization, project and id");
  return { organization, project, revocation };
}
