/**
 * Signs the heads of every organization's audit. Each hour of the wall clock in which something was written gets a head,
 * and each day anyway, so that a log cut off at its end is known by the age of its last head. Any number of processes may
 * call `tick`: of one organization one signs, the others find its head. After a standstill the next head covers all of it.
 */
import { AUDIT_GENESIS } from "../core/audit-digest.ts";
import { auditHeadDigest, auditHeadText, auditState, type AuditHead } from "../core/audit-head.ts";
import { invariant } from "../core/invariant.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Database, Transaction } from "../core/ports/database.ts";
import {
  insertHead,
  insertHeadChains,
  listOrganizationIds,
  lockHeads,
  readLastHead,
  readPositions,
  readUnsigned,
  type ChainEnd,
  type HeadRow,
} from "../store/audit-heads.ts";
import { organizationScope } from "../store/organizations.ts";
import { inScope } from "../store/scope.ts";

/** The installation's signing key (keyring/open-signing-key.ts). */
export interface HeadKey {
  readonly keyId: string;
  /** 64 bytes of Ed25519. */
  sign(bytes: Uint8Array): Buffer;
  /** Every key that ever signed, the eldest first. */
  list(): Promise<readonly ShownKey[]>;
}

export interface ShownKey {
  readonly keyId: string;
  /** SPKI (RFC 8410), base64url. */
  readonly publicKey: string;
  readonly createdAt: string;
  readonly state: "active" | "retired";
}

export interface HeadParts {
  readonly database: Database;
  readonly dispatch: Database;
  readonly clock: Clock;
  /** Asked at each turn, so that a rotated key signs from then on. */
  readonly openKey: () => Promise<HeadKey>;
  readonly log: (message: string, error?: unknown) => void;
}

export interface HeadSigner {
  /** Signs what is due, for every organization. Meant for a timer of a few minutes; one that fails is logged and tried next time. */
  tick(): Promise<void>;
  /** Covers all that is committed by now; gives the last head's number. */
  signNow(organization: string): Promise<number>;
  key(): Promise<HeadKey>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ORGANIZATIONS_AT_ONCE = 1000;
/** Chains that one head names; when more grew, another follows at once. */
const CHAINS_MAX = 10_000;
const HEADS_AT_ONCE_MAX = 1000;

export function createHeadSigner(parts: HeadParts): HeadSigner {
  return {
    async tick() {
      const key = await parts.openKey();
      for (let after: string | null = null; ;) {
        const organizations: readonly string[] = await listOrganizationIds(
          parts.dispatch,
          after,
          ORGANIZATIONS_AT_ONCE,
        );
        for (const organization of organizations) {
          await signDue(parts, key, organization).catch((error: unknown) =>
            parts.log(`the audit of organization ${organization} was not signed`, error),
          );
        }
        if (organizations.length < ORGANIZATIONS_AT_ONCE) return;
        after = organizations.at(-1)!;
      }
    },
    async signNow(organization) {
      const key = await parts.openKey();
      return await inScope(parts.database, organizationScope(organization), async (tx) => {
        await lockHeads(tx, organization, true);
        const last = await readLastHead(tx, organization);
        const signed = await signGrown(parts, tx, key, organization, last);
        return (signed ?? (await signOne(parts, tx, key, organization, null, []))).seq;
      });
    },
    key: () => parts.openKey(),
  };
}

async function signDue(parts: HeadParts, key: HeadKey, organization: string): Promise<void> {
  await inScope(parts.database, organizationScope(organization), async (tx) => {
    if (!(await lockHeads(tx, organization, false))) return;
    const last = await readLastHead(tx, organization);
    const now = parts.clock.nowMs();
    const thisHour = last !== null && Math.floor(last.signedMs / HOUR_MS) === Math.floor(now / HOUR_MS);
    if (thisHour) return;
    const signed = await signGrown(parts, tx, key, organization, last);
    if (signed === last && last !== null && now - last.signedMs >= DAY_MS)
      await signOne(parts, tx, key, organization, last, []);
  });
}

/** Heads over all that grew since the last; the last of them, or the one given when nothing did. */
async function signGrown(
  parts: HeadParts,
  tx: Transaction,
  key: HeadKey,
  organization: string,
  before: HeadRow | null,
): Promise<HeadRow | null> {
  let last = before;
  for (let heads = 0; ; heads++) {
    invariant(heads < HEADS_AT_ONCE_MAX, "an audit has so many chains that it can't be signed at once");
    const unsigned = await readUnsigned(tx, organization, CHAINS_MAX);
    const grown = unsigned.filter((one) => one.seq > one.signed);
    tellOfLost(parts, organization, unsigned);
    if (grown.length > 0) last = await signOne(parts, tx, key, organization, last, grown);
    if (unsigned.length < CHAINS_MAX || grown.length === 0) return last;
  }
}

/** A chain that is shorter than its heads say was cut off by somebody who can write to the database. Its export won't verify. */
function tellOfLost(parts: HeadParts, organization: string, unsigned: readonly ChainEnd[]): void {
  for (const { chain, seq, signed } of unsigned) {
    if (seq < signed)
      parts.log(`AUDIT DAMAGED: chain ${chain} of organization ${organization} ends at ${seq}, signed up to ${signed}`);
  }
}

async function signOne(
  parts: HeadParts,
  tx: Transaction,
  key: HeadKey,
  organization: string,
  last: HeadRow | null,
  grown: readonly ChainEnd[],
): Promise<HeadRow> {
  const seq = (last?.seq ?? 0) + 1;
  if (grown.length > 0) await tx.query(insertHeadChains(organization, seq, grown));
  const head: AuditHead = {
    organization,
    seq,
    signedMs: Math.trunc(parts.clock.nowMs()),
    previous: last?.digest ?? AUDIT_GENESIS,
    state: grown.length === 0 && last !== null ? last.state : auditState(await readPositions(tx, organization, seq)),
    chains: grown,
    keyId: key.keyId,
  };
  const signature = key.sign(Buffer.from(auditHeadText(head), "utf8"));
  const row: HeadRow = { ...head, digest: auditHeadDigest(head), signature };
  await tx.query(insertHead(organization, row));
  return row;
}
