import { parseId } from "../../core/id.ts";
import { INSTALLATION_SCOPE } from "../../store/installation.ts";
import { findConnectionById } from "../../store/connections.ts";
import { findRevocation } from "../../store/revocations.ts";
import { type Check, type ProveParts, verdictOf } from "../check.ts";
import { endText, makeProofConnection, performProof } from "../proof-effects.ts";
import { json, type ProofProvider, proofProvider } from "../proof-provider.ts";
import type { Trial } from "../trial.ts";

const ACCESS = "access-to-revoke";
const REFRESH = "refresh-to-revoke";
/** The installation itself looks after revocations every few seconds, and knows no such provider. */
const TRIES_MAX = 3;

/** C6: disconnecting erases at once, has the provider revoke until it says that it has, and tells so. */
export const disconnected: Check = {
  id: "C6",
  promise:
    "Disconnecting erases tokens, scopes, address and times at once and revokes at the provider; what that needs lies in a sealed slot, destroyed on confirmation; a receipt says which",
  tries:
    "disconnects a connection of its own, looks at the row and the slot, lets its counterpart fail to revoke and then do it, and looks again",
  notWhen: null,
  async run(parts) {
    const provider = proofProvider();
    return await parts.withTrial(provider.setting, async (trial) => {
      for (let tried = 1; ; tried++) {
        const faults = await faultsOfEnd(parts, trial, provider, `proof-end-${tried}`);
        if (faults === null && tried < TRIES_MAX) continue;
        return verdictOf(faults ?? ["what was to be revoked was taken away by somebody else each time"], [
          "tokens, scopes, hosts, account and times were gone from the row before the provider was asked",
          "what was kept to revoke with was sealed, was still there when the provider could not, and gone when it had confirmed",
          "the provider was given the tokens of that connection to revoke, by RFC 7009",
          "the receipt says what was erased, and that the provider confirmed it",
        ]);
      }
    });
  },
};

/** Null when another worker was quicker. */
async function faultsOfEnd(
  parts: ProveParts,
  trial: Trial,
  provider: ProofProvider,
  slug: string,
): Promise<readonly string[] | null> {
  const [own] = parts.tenants;
  const faults: string[] = [];
  const before = provider.of("/revoke").length;
  const connection = await makeProofConnection(parts, trial, own, { slug, access: ACCESS, refresh: REFRESH });
  const receipt = await trial.disconnect(own, "system", slug);
  if (provider.of("/revoke").length > before) faults.push("the provider was asked before the row was erased");
  const row = await findConnectionById(parts.database, own, connection);
  if (row === null) throw new Error("a connection that was disconnected has left no row");
  const left = Object.entries({
    tokens: row.secret !== null,
    scopes: row.scopes.length > 0,
    hosts: row.hosts.length > 0,
    account: row.account !== null,
    times: row.connectedAt !== null || row.secretExpiresAt !== null || row.usedAt !== null,
    status: row.status !== "disconnected",
  }).flatMap(([name, is]) => (is ? [name] : []));
  if (left.length > 0) faults.push(`after disconnecting there is still: ${left.join(", ")}`);
  const id = parseId("rev", receipt.id);
  if (id === null) throw new Error("a receipt has no id");
  const slot = () => findRevocation(parts.database, own, id);
  const waiting = await slot();
  if (waiting?.slot?.includes(REFRESH) === true) faults.push("what revoking needs lies there as it is");
  provider.say("/revoke", () => json(503, {}));
  await revoke(parts, trial, id);
  const after = await slot();
  if (after?.providerCode === "no_connector") return null;
  if (after?.status !== "waiting" || after.slot === null)
    faults.push("what revoking needs was destroyed before the provider had confirmed");
  provider.say("/revoke", () => ({ status: 200, body: "" }));
  const ended = endText(await revoke(parts, trial, id));
  const over = await slot();
  if (over?.providerCode === "no_connector") return null;
  if (ended !== "done" || over?.status !== "confirmed") faults.push(`revoking ended as ${ended}: ${over?.status}`);
  if (over?.slot !== null) faults.push("what revoking needs is still there after the provider has confirmed");
  const asked = provider.of("/revoke").map(({ body }) => new URLSearchParams(body).get("token"));
  if (!asked.includes(REFRESH)) faults.push("the provider was not given the refresh token to revoke");
  if (!receipt.erased.includes("tokens")) faults.push("the receipt does not say that tokens were erased");
  return faults;
}

async function revoke(parts: ProveParts, trial: Trial, revocation: string) {
  const [{ organization, project, ...own }] = parts.tenants;
  return await performProof(
    parts,
    trial,
    { ...own, ...INSTALLATION_SCOPE },
    { action: "connection.revoke", connection: null, arguments: { organization, project, revocation } },
  );
}
