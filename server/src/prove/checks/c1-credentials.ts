import { placeOf } from "../../catalogue/tables.ts";
import { uuidBytes } from "../../core/id.ts";
import type { Clock } from "../../core/ports/clock.ts";
import { CONTENT_PURPOSES, type ContentPurpose, type ProjectKeys } from "../../keyring/keyring.ts";
import { SealError } from "../../keyring/seal-error.ts";
import { findCredential } from "../../store/credentials.ts";
import { type Check, type ProveParts, verdictOf } from "../check.ts";
import { expectAnswer, tellOf } from "../expect-answer.ts";

const SLUG = "proof";
const SECRET = placeOf("credentials", "secret");
const VALUE = placeOf("variables", "value");
const ROW = Buffer.from("proof");
const FORMAT = 1;
/** Format, epoch, nonce and tag. */
const OVERHEAD_BYTES = 33;
/** A key file lists 1,000 epochs; the proof's own stops short of that. */
const EPOCHS_MAX = 900;
const ROUNDS_MAX = 50_000;

/** C1: a credential is sealed, bound to its purpose and row, under keys that rotate while they are used. */
export const credentialKeys: Check = {
  id: "C1",
  promise:
    "Credentials are sealed with AES-256-GCM under keys of their own, bound to purpose and row; keys rotate without downtime",
  tries:
    "stores a credential, opens it under the content keys, moves it to another row and column, and rotates the keys while values are sealed and opened",
  notWhen: null,
  async run(parts) {
    const { database, call, keyring, tenants } = parts;
    const [own] = tenants;
    const key = own.keys.builder;
    const secret = parts.ids.bytes(24).toString("base64url");
    try {
      const put = await call("PUT", `/v1/credentials/${SLUG}`, { key, body: { kind: "secret", secret } });
      expectAnswer(put, 200, "setting a credential");
      const listed = await call("GET", "/v1/credentials", { key });
      const row = await findCredential(database, own, SLUG);
      if (row === null) throw new Error("the credential that was set is not there");
      const keys = await keyring.project(own.organization, own.project);
      const faults = (put.text + listed.text).includes(secret) ? ["the API shows the secret"] : [];
      faults.push(...faultsOfForm(keys, row.secret, secret));
      if (faults.length > 0) return verdictOf(faults, []);
      const rotated = await rotateInUse(parts, keys, { id: row.id, secret: row.secret });
      const { source } = await parts.masterKey();
      return verdictOf(rotated.faults, [
        `a credential is ${row.secret.length} sealed bytes of format ${FORMAT}, epoch ${row.secret.readUInt32BE(1)}, that open under none of ${CONTENT_PURPOSES.length} purposes of content`,
        ...rotated.evidence,
        `the master key above them is in ${source}`,
      ]);
    } finally {
      await call("DELETE", `/v1/credentials/${SLUG}`, { key });
    }
  },
};

function faultsOfForm(keys: ProjectKeys, sealed: Buffer, plain: string): string[] {
  if (sealed.includes(plain)) return ["a credential is stored as it was typed"];
  if (sealed[0] !== FORMAT || sealed.length !== Buffer.byteLength(plain) + OVERHEAD_BYTES)
    return [`a credential is stored as ${sealed.length} bytes that are not Steward's sealed format`];
  const opened = CONTENT_PURPOSES.filter((purpose) => opens(keys, purpose, sealed));
  return opened.map((purpose) => `a credential opens with the content key of the purpose ${purpose}`);
}

function opens(keys: ProjectKeys, purpose: ContentPurpose, sealed: Buffer): boolean {
  return !failsToOpen(() => keys.open(purpose, SECRET, Buffer.alloc(16), sealed));
}

/** True when it did not open, for whichever reason; anything else that goes wrong is thrown. */
function failsToOpen(act: () => unknown): boolean {
  try {
    act();
    return false;
  } catch (error) {
    if (error instanceof SealError) return true;
    throw error;
  }
}

interface Stored {
  readonly id: string;
  readonly secret: Buffer;
}

async function rotateInUse(
  { call, tenants: [own], keyring, clock }: ProveParts,
  keys: ProjectKeys,
  { id, secret }: Stored,
): Promise<{ readonly faults: readonly string[]; readonly evidence: readonly string[] }> {
  const before = secret.readUInt32BE(1);
  if (before > EPOCHS_MAX)
    return {
      faults: [],
      evidence: [`the keys of the proof's project were rotated ${before - 1} times before; not again`],
    };
  const kept = keys.seal("variable", VALUE, ROW, ROW);
  const use = useWhile(keys, clock);
  const rotated = await call("POST", `/v1/organizations/${own.shownOrganization}/keys/rotate`, {
    key: own.keys.owner,
    body: {},
  });
  const used = await use.end();
  if (rotated.status !== 200) return { faults: [`keys can't be rotated: ${tellOf(rotated)}`], evidence: [] };
  const now = await keyring.project(own.organization, own.project);
  const faults = [...used.faults];
  if (!now.needsReseal("credential", secret)) faults.push("after a rotation credentials are sealed under the same key");
  if (failsToOpen(() => now.open("variable", VALUE, ROW, kept)))
    faults.push("what was sealed before a rotation is lost");
  if (!failsToOpen(() => now.reseal("credential", SECRET, Buffer.alloc(16, 1), secret)))
    faults.push("a credential that was moved to another row opens");
  if (!failsToOpen(() => now.reseal("credential", VALUE, uuidBytes(id), secret)))
    faults.push("a credential that was moved to another column opens");
  const epoch = resealed(now, { id, secret })?.readUInt32BE(1);
  if (epoch === undefined) faults.push("a credential does not open in its own row");
  return {
    faults,
    evidence: [
      `rotated from epoch ${before} to ${epoch ?? "none"} while ${used.rounds} values were sealed and opened, none of which failed`,
      "moved to another row or column it does not open; in its own it was sealed anew",
    ],
  };
}

/** Under the keys of now; null when it is already, or does not open where it stands. */
function resealed(keys: ProjectKeys, { id, secret }: Stored): Buffer | null {
  let sealed: Buffer | null = null;
  const failed = failsToOpen(() => (sealed = keys.reseal("credential", SECRET, uuidBytes(id), secret)));
  return failed ? null : sealed;
}

/** Seals and opens until it is told to end. */
function useWhile(keys: ProjectKeys, clock: Clock) {
  const faults: string[] = [];
  const ending = new AbortController();
  let rounds = 0;
  const done = (async () => {
    for (; !ending.signal.aborted && rounds < ROUNDS_MAX && faults.length === 0; rounds++) {
      const failed = failsToOpen(() => keys.open("variable", VALUE, ROW, keys.seal("variable", VALUE, ROW, ROW)));
      if (failed) faults.push("a value could not be sealed and opened while keys were rotated");
      await new Promise<void>((resolve) => void clock.after(1, resolve));
    }
  })();
  return {
    async end() {
      ending.abort();
      await done;
      return { faults, rounds };
    },
  };
}
