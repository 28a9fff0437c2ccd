/**
 * The life of an effect: gather, decide, record the intent, perform, record the outcome.
 * E1 Nothing leaves before the intent is committed (R5).
 * E2 Nothing begins once the run was cancelled, ended, or lost its worker: asked before the intent, after its commit, and
 *    just before the first byte (R2, R6).
 * E3 A secret is opened after the intent, for this request alone, and is in nothing that the gate gives back (C2).
 * E4 Every refusal and every outcome is data with an audit entry (G1). Rejects only where the store does or for a bug.
 */
import type { EffectCall, Gate, Performed } from "../core/ports/gate.ts";
import { SealError } from "../keyring/seal-error.ts";
import { intentEntry, outcomeEntry, refusedEntry } from "./audit-effect.ts";
import { CHECKS, decide, judgeCancelled, type Check, type EffectRefusal } from "./checks.ts";
import type { GateParts } from "./gate-parts.ts";
import { headersToSend } from "./headers-to-send.ts";
import { gatherMatter, type Matter } from "./matter.ts";
import { createEchoRedactor } from "./redact-echo.ts";
import { openSecret, type OpenSecret } from "./open-secret.ts";
import { ended, readAnswer, type ReadAnswer } from "./read-answer.ts";

const REDIRECTS_MAX = 5;
const RESPONSE_BYTES_MAX = 10 * 1024 * 1024;

/** The gate. `checks` is what an effect must pass; only tests give another list. */
export function createGate(parts: GateParts, checks: readonly Check[] = CHECKS): Gate {
  return { perform: (call) => perform(parts, checks, call) };
}

async function perform(parts: GateParts, checks: readonly Check[], call: EffectCall): Promise<Performed> {
  const { clock } = parts;
  const matter = await gatherMatter(parts, call);
  const refused = await decide(checks, matter);
  if (refused !== null) {
    const { check, refusal } = refused;
    return {
      outcome: { kind: "refused", ...refusal },
      audit: [refusedEntry(matter, clock.nowMs(), check, refusal.code)],
    };
  }
  await call.intend([intentEntry(matter, clock.nowMs())]);
  const begunMs = clock.monotonicMs();
  const { outcome, facts } = await send(parts, matter);
  const ms = Math.round(clock.monotonicMs() - begunMs);
  return { outcome, audit: [outcomeEntry(matter, clock.nowMs(), ms, facts)] };
}

async function send(parts: GateParts, matter: Matter): Promise<ReadAnswer> {
  const { call, request, credential } = matter;
  const cancelled = judgeCancelled(call);
  if (cancelled !== null) return ended("refused", cancelled);
  const secret = tryOpen(parts, matter);
  if ("code" in secret) return ended("refused", secret);
  const answer = await parts.egress.request({
    method: request.method,
    url: request.url,
    ...headersToSend(matter, secret.value),
    body: request.body,
    timeoutMs: call.effect.timeoutMs,
    responseBytesMax: parts.responseBytesMax ?? RESPONSE_BYTES_MAX,
    redirectsMax: REDIRECTS_MAX,
    hosts: credential?.hosts ?? null,
    signal: call.signal,
    beforeFirstByte: () => judgeCancelled(call) === null,
    partition: call.project,
  });
  return readAnswer(answer, createEchoRedactor(secret.forms));
}

function tryOpen(parts: GateParts, { call, credential, keys }: Matter): OpenSecret | EffectRefusal {
  try {
    return openSecret(keys, credential);
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    const slug = call.effect.credential;
    parts.log(`the credential ${slug} of project ${call.project} does not open (run ${call.run})`, error);
    return { code: "credential_unreadable", message: `the credential ${slug} can't be opened; set it again` };
  }
}
