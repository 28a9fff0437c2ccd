/** `ConnectionSecrets` of the gate: everything around a connection's secret but its use by effects. */
import type { Connector } from "@steward/sdk";
import type { ConnectionPlace, ConnectionSecrets, FreshSecrets, NotConnected } from "../core/ports/connections.ts";
import { SealError } from "../keyring/seal-error.ts";
import { type ConnectionRow, findConnectionById } from "../store/connections.ts";
import { openClientSecrets, sealClientSecrets } from "./client-secret.ts";
import { askAccount, type AskedAccount } from "./ask-account.ts";
import { type HeldSecret, openHeld } from "./connection-secret.ts";
import { askForToken, type ConnectionGateParts, openOAuthClient } from "./oauth-client.ts";
import { isUnreached } from "./is-unreached.ts";
import { accountOfSigner, exchangeCode, keepTyped, pollDevice, startDevice } from "./oauth-connect.ts";
import { makeVerifier, sealConsent } from "./oauth-consent.ts";
import { toRevoke } from "./revocation-slot.ts";

export function createConnectionSecrets(parts: ConnectionGateParts, secrets: FreshSecrets): ConnectionSecrets {
  return {
    keepTyped: (connection, typed, scopes) => keepTyped(parts, connection, typed, scopes),
    async beginConsent({ organization, project }, hash) {
      const keys = await parts.keysOf({ organization, project });
      const { verifier, challenge } = makeVerifier(parts.ids);
      return { sealed: sealConsent(keys, hash, { kind: "code", verifier }), challenge };
    },
    exchangeCode: (connection, consent, found, asked) => exchangeCode(parts, connection, consent, found, asked),
    startDevice: (connection, hash, asked) => startDevice(parts, connection, hash, asked),
    pollDevice: (connection, consent, asked) => pollDevice(parts, connection, consent, asked),
    askAccount: (place) => askOf(parts, secrets, place),
    clientIdOf: async (connection) =>
      (await openOAuthClient(parts, connection, connection.connector, connection.client))?.clientId ?? null,
    async sealClientSecrets({ organization, project, id }, { clientSecret, signingSecret: given }, held) {
      const keys = await parts.keysOf({ organization, project });
      const kept = given === undefined && held !== null ? openClientSecrets(keys, id, held).signingSecret : null;
      const signingSecret = given ?? kept;
      if (clientSecret === null && signingSecret === null) return null;
      return sealClientSecrets(keys, id, { clientSecret, signingSecret });
    },
    toRevoke: (connection, revocation) => toRevoke(parts, connection, revocation),
  };
}

async function askOf(
  parts: ConnectionGateParts,
  secrets: FreshSecrets,
  { organization, project, id }: ConnectionPlace,
): Promise<Awaited<ReturnType<ConnectionSecrets["askAccount"]>>> {
  const scope = { organization, project };
  const row = await findConnectionById(parts.database, scope, id);
  const connector = row && (await parts.connectors.find(scope, row.connector));
  if (row === null || connector === null || row.status !== "active") return NOT_CONNECTED;
  const asked =
    (await trySigner(parts, connector, { ...scope, ...row })) ??
    (await askAccount({ ...parts, secrets }, connector, { ...scope, ...row }));
  if (asked.kind === "account") return asked;
  return { kind: "refused", code: codeOf(asked), message: asked.message };
}

/** Who signs for themselves is asked for a token anew, which is not kept; null for all others. */
async function trySigner(
  parts: ConnectionGateParts,
  connector: Connector,
  connection: ConnectionPlace & ConnectionRow,
): Promise<AskedAccount | null> {
  const { id, secret, scopes } = connection;
  const held = secret && (await openHeldOrNull(parts, connection, id, secret));
  const account = held && accountOfSigner(held);
  if (held?.kind !== "signer" || account === null) return null;
  const answer = await askForToken(parts, connector, held, connection, scopes);
  if (answer.kind === "tokens") return { ...account, note: "The provider takes its key, and gave a token for it." };
  const { kind, code, message } = answer;
  return { kind: kind === "unavailable" ? "unclear" : "dead", code, message };
}

async function openHeldOrNull(
  { keysOf }: ConnectionGateParts,
  { organization, project }: ConnectionPlace,
  id: string,
  secret: Buffer,
): Promise<HeldSecret | null> {
  try {
    return openHeld(await keysOf({ organization, project }), id, secret);
  } catch (error) {
    if (error instanceof SealError) return null; // `askAccount` says so
    throw error;
  }
}

/** What may be otherwise in a while is no refusal. */
function codeOf({ kind, code }: Exclude<AskedAccount, { readonly kind: "account" }>): NotConnected["code"] {
  if (kind === "dead") return "reauth_required";
  const mayBeOtherwise = isUnreached(code) || code === "rate_limited" || code === "connection_unavailable";
  return mayBeOtherwise ? "provider_unavailable" : "provider_refused";
}

const NOT_CONNECTED: NotConnected = {
  kind: "refused",
  code: "reauth_required",
  message: "it is not connected: connect it again",
};
