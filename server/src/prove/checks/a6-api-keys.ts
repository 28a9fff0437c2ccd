import { createHash } from "node:crypto";
import { showId } from "../../core/id.ts";
import { findKeyAccess } from "../../store/access.ts";
import { listKeySecrets } from "../../store/proof-facts.ts";
import { type Check, verdictOf } from "../check.ts";

/** A6: a key is kept as its hash, stays in its project and its permissions, shows its use, and ends at once. */
export const apiKeys: Check = {
  id: "A6",
  promise:
    "API keys are stored hashed, scoped, expire, show last use, and stop working on the request after revocation",
  tries:
    "looks at how keys are stored; uses one in another project, beyond its permissions, and on the request after its revocation",
  notWhen: null,
  async run({ database, dispatch, call, tenants: [own, other] }) {
    const faults: string[] = [];
    const status = async (method: string, path: string, key: string, headers = {}): Promise<number> =>
      (await call(method, path, { key, headers })).status;

    const stored = await listKeySecrets(database, own);
    const plain = stored.filter(
      ({ hash, text }) => hash.length !== 32 || Object.values(own.keys).some((key) => text.includes(key)),
    );
    if (plain.length > 0) faults.push(`${plain.length} keys are stored as more than a SHA-256: ${plain[0]!.id}`);
    const found = await findKeyAccess(dispatch, createHash("sha256").update(own.keys.operator).digest());
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
    const used = (await listKeySecrets(database, own)).filter(({ lastUsedAt }) => lastUsedAt !== null);
    if (used.length === 0) faults.push("a key that was used shows no use");

    return verdictOf(faults, [
      `${stored.length} keys, each stored as 32 bytes of SHA-256`,
      "another project: 404; a permission it lacks: 403; the request after revocation: 401",
    ]);
  },
};
