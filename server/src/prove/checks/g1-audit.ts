import { exportAudit } from "../../audit/export-audit.ts";
import { addPublicKey, type PublicKeys } from "../../core/audit-keys.ts";
import { verifyAuditExport } from "../../core/audit-read.ts";
import type { AuditVerdict } from "../../core/audit-verify.ts";
import { showId } from "../../core/id.ts";
import { INSTALLATION, INSTALLATION_SCOPE } from "../../store/installation.ts";
import { countBatchesSince } from "../../store/proof-facts.ts";
import type { Scope } from "../../store/scope.ts";
import { type Check, type ProveParts, verdictOf } from "../check.ts";
import { expectAnswer, itemsOf } from "../expect-answer.ts";
import { runProofFlow } from "../proof-flow.ts";
import type { ProofTenant } from "../proof-tenants.ts";

const DAY_MS = 86_400_000;
/** The widest of these that has so many batches at most is verified. */
const SPANS_MS = [30 * DAY_MS, 7 * DAY_MS, DAY_MS, DAY_MS / 24];
const BATCHES_MAX = 20_000;
const LOOKS_MAX = 20;
const LOOK_MS = 250;

/** G1: what was done and what was refused is in the log with who did it, and the log is whole. */
export const auditLog: Check = {
  id: "G1",
  promise:
    "Every administrative act, every effect and every refusal leaves an audit entry with its actor, in signed chains that verify offline",
  tries:
    "acts, is refused, and runs a flow whose effect is refused; looks for the entries; verifies its organization's and the installation's log with the public keys",
  notWhen: null,
  async run(parts) {
    const [own] = parts.tenants;
    const wanted = await act(parts, own);
    const keys = await publicKeys(parts, own);
    const ours = await verifyLive(parts, own, keys);
    const all = await verifyInstallation(parts, keys);
    const faults = [
      ...ours.faults.map((fault) => `the proof organization's log: ${fault}`),
      ...all.faults.map((fault) => `the installation's log: ${fault}`),
    ];
    // A log that was tampered with may not be listed at all.
    if (faults.length === 0) faults.push(...(await faultsOfEntries(parts, own, wanted)));
    return verdictOf(faults, [
      ...wanted.map(({ what, actor, action }) => `${what}: ${action} by ${actor}`),
      `the proof organization's log verifies: ${told(ours)}`,
      `the installation's own log verifies: ${told(all)}`,
    ]);
  },
};

interface Wanted {
  readonly what: string;
  readonly actor: string;
  readonly action: string;
  /** Where the entry names it: a target, or the beginning of one. */
  readonly target: string;
}

/** Does an act, is refused another, and lets a flow try an effect that the gate refuses. */
async function act(parts: ProveParts, { keys, keyIds }: ProofTenant): Promise<readonly Wanted[]> {
  const { call } = parts;
  const put = (key: string) => call("PUT", "/v1/variables/proofAudit", { key, body: { value: 1 } });
  expectAnswer(await put(keys.builder), 200, "setting a variable");
  expectAnswer(await put(keys.viewer), 403, "setting a variable with a viewer's key");
  expectAnswer(await call("DELETE", "/v1/variables/proofAudit", { key: keys.builder }), 204, "erasing a variable");
  const { flow, run } = await runProofFlow(parts, { keys }, "nothing");
  const builder = showId("key", keyIds.builder);
  return [
    { what: "an act", actor: builder, action: "variable.set", target: "variable:proofAudit" },
    { what: "a refused call", actor: showId("key", keyIds.viewer), action: "call.refused", target: "putVariable" },
    { what: "a run's effect, before it", actor: `flow:${flow}`, action: "effect.intent", target: `${run}/` },
    { what: "its refusal by the gate", actor: `flow:${flow}`, action: "effect.outcome", target: `${run}/` },
  ];
}

async function faultsOfEntries(parts: ProveParts, own: ProofTenant, wanted: readonly Wanted[]): Promise<string[]> {
  const since = parts.clock.nowMs() - 60_000;
  let missing = wanted;
  for (let looks = 0; missing.length > 0 && looks < LOOKS_MAX; looks++) {
    if (looks > 0) await new Promise<void>((resolve) => void parts.clock.after(LOOK_MS, resolve));
    const path = `/v1/organizations/${own.shownOrganization}/audit?limit=100`;
    const entries = itemsOf(expectAnswer(await parts.call("GET", path, { key: own.keys.auditor }), 200, "the audit"));
    missing = missing.filter(
      ({ actor, action, target }) =>
        !entries.some(
          (entry) =>
            entry["actor"] === actor &&
            entry["action"] === action &&
            String(entry["target"]).startsWith(target) &&
            Date.parse(String(entry["at"])) > since,
        ),
    );
  }
  return missing.map(({ what, actor, action }) => `${what} left no entry ${action} by ${actor}`);
}

/** As anybody who may read the log gets them. */
async function publicKeys({ call }: ProveParts, own: ProofTenant): Promise<PublicKeys> {
  const path = `/v1/organizations/${own.shownOrganization}/audit/keys`;
  const keys = new Map<string, Buffer>();
  for (const { keyId, publicKey } of itemsOf(
    expectAnswer(await call("GET", path, { key: own.keys.auditor }), 200, "the audit's public keys"),
  ))
    addPublicKey(keys, String(publicKey), String(keyId));
  return keys;
}

async function verifyLive(parts: ProveParts, own: ProofTenant, keys: PublicKeys): Promise<AuditVerdict> {
  const from = new Date(await sinceOf(parts, own)).toISOString();
  const path = `/v1/organizations/${own.shownOrganization}/audit/export?from=${from}`;
  const { text } = expectAnswer(await parts.call("GET", path, { key: own.keys.auditor }), 200, "the audit's export");
  return await verifyAuditExport([Buffer.from(text)], keys);
}

async function verifyInstallation(parts: ProveParts, keys: PublicKeys): Promise<AuditVerdict> {
  const span = { fromMs: await sinceOf(parts, INSTALLATION_SCOPE), toMs: null };
  return await verifyAuditExport(bytesOf(exportAudit(parts, INSTALLATION, span)), keys);
}

async function sinceOf({ database, clock }: ProveParts, scope: Scope): Promise<number> {
  const now = Math.trunc(clock.nowMs());
  for (const span of SPANS_MS)
    if ((await countBatchesSince(database, scope, now - span)) <= BATCHES_MAX) return now - span;
  return now - SPANS_MS.at(-1)!;
}

async function* bytesOf(pieces: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) yield Buffer.from(piece);
}

function told({ entries, batches, heads, keyIds }: AuditVerdict): string {
  return `${entries} entries in ${batches} batches under ${heads} heads, signed by ${keyIds.join(", ")}`;
}
