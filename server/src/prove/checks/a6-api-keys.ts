import { createHash } from "node:crypto";
import { base32, showId } from "../../core/id.ts";
import { findKeyAccess } from "../../store/access.ts";
import { insertApiKey } from "../../store/api-keys.ts";
import { listKeySecrets } from "../../store/proof-facts.ts";
import { expireProofKey } from "../../store/proof-tenants.ts";
import { queryInScope } from "../../store/scope.ts";
import { type Check, type ProveParts, verdictOf } from "../check.ts";

/** The use of a key is written beside the call. */
const LOOKS_MAX = 20;
const LOOK_MS = 100;
const KEY_MS = 600_000;

/** A6: a key is kept as its hash, stays in its project and its permissions, shows its use, and ends at once. */
export const apiKeys: Check = {
  id: "A6",
  promise:
    "API keys are stored hashed, scoped, expire, show last use, and stop working on the request after revocation",
  tries:
    "looks at how keys are stored; makes one for its project and for reading alone; uses it beyond both, in another organization's project, after its end, and another on the request after its revocation; looks for the use",
  notWhen: null,
  async run(parts) {
    const {
      database,
      dispatch,
      call,
      tenants: [own, other],
    } = parts;
    const faults: string[] = [];
    const status = async (method: string, path: string, key: string, headers = {}): Promise<number> =>
      (await call(method, path, { key, headers })).status;

    const stored = await listKeySecrets(database, own);
    const plain = stored.filter(
      ({ hash, text }) => hash.length !== 32 || Object.values(own.keys).some((key) => text.includes(key)),
    );
    if (plain.length > 0) faults.push(`${plain.length} keys are stored as more than a SHA-256: ${plain[0]!.id}`);
    const found = await findKeyAccess(dispatch, hashOf(own.keys.operator));
    if (found === null) faults.push("a key's hash does not lead to the key");

    if ((await status("GET", "/v1/me", own.keys.operator)) !== 200) faults.push("a fresh operator's key is refused");
    const foreign = { "steward-project": showId("prj", other.project) };
    const crossed = await status("GET", "/v1/me", own.keys.owner, foreign);
    if (crossed !== 404) faults.push(`an owner's key entered another organization's project: ${crossed}`);
    const written = await status("PUT", "/v1/variables/proof", own.keys.operator);
    if (written !== 403) faults.push(`an operator's key wrote a variable: ${written}`);

    const revoked = await status("DELETE", `/v1/keys/${showId("key", own.keyIds.operator)}`, own.keys.owner);
    if (revoked !== 204) faults.push(`a key could not be revoked: ${revoked}`);
    const after = await status("GET", "/v1/me", own.keys.operator);
    if (after !== 401) faults.push(`a key was accepted on the request after its revocation: ${after}`);
    faults.push(...(await faultsOfLimited(parts)));

    return verdictOf(faults, [
      `${stored.length} keys, each stored as 32 bytes of SHA-256`,
      "another organization's project: 404; a permission its member lacks: 403; the request after revocation: 401",
      "one for its project and for reading alone, of an owner: 403 for writing and for the organization, 401 after its end; its use was noted",
    ]);
  },
};

/** An owner's key that is limited to reading and to its project, and then over. */
async function faultsOfLimited(parts: ProveParts): Promise<readonly string[]> {
  const {
    database,
    call,
    clock,
    ids,
    tenants: [own],
  } = parts;
  const key = `sk_0_${base32(ids.bytes(32))}`;
  const id = ids.uuid();
  const nowMs = clock.nowMs();
  const limited = insertApiKey({
    ...own,
    id,
    name: "proof: limited",
    prefix: key.slice(0, 9),
    hash: hashOf(key),
    member: own.members.owner,
    reach: "project",
    permissions: ["project.read", "organization.read"],
    createdBy: null,
    replaces: null,
    secondFactor: false,
    createdAt: nowMs,
    expiresAt: nowMs + KEY_MS,
  });
  await queryInScope(database, own, limited);
  const status = async (method: string, path: string): Promise<number> => (await call(method, path, { key })).status;
  const faults: string[] = [];
  const read = await status("GET", "/v1/me");
  if (read !== 200) faults.push(`a fresh key does not read its own project: ${read}`);
  const written = await status("PUT", "/v1/variables/proof");
  if (written !== 403) faults.push(`a key that is limited to reading wrote a variable: ${written}`);
  const reached = await status("GET", `/v1/organizations/${own.shownOrganization}`);
  if (reached !== 403) faults.push(`a key that reaches its project alone came to the organization: ${reached}`);
  if (!(await showsUse(parts, id))) faults.push("a key that was used shows no use");
  await queryInScope(database, own, expireProofKey(own, id, clock.nowMs() - 1000));
  const after = await status("GET", "/v1/me");
  if (after !== 401) faults.push(`a key was accepted after its end: ${after}`);
  return faults;
}

async function showsUse({ database, clock, tenants: [own] }: ProveParts, id: string): Promise<boolean> {
  for (let looks = 0; looks < LOOKS_MAX; looks++) {
    if (looks > 0) await new Promise<void>((resolve) => void clock.after(LOOK_MS, resolve));
    const key = (await listKeySecrets(database, own)).find((one) => one.id === id);
    if (key !== undefined && key.lastUsedAt !== null) return true;
  }
  return false;
}

function hashOf(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}
