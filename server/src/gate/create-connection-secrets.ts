/** `ConnectionSecrets` of the gate: everything around a connection's secret but its use by effects. */
import { placeOf } from "../catalogue/tables.ts";
import { uuidBytes } from "../core/id.ts";
import type { ConnectionPlace, ConnectionSecrets, FreshSecrets, NotConnected } from "../core/ports/connections.ts";
import { findConnectionById } from "../store/connections.ts";
import { askAccount } from "./ask-account.ts";
import { type ConnectionGateParts, openOAuthClient } from "./oauth-client.ts";
import { exchangeCode, keepTyped, pollDevice, startDevice } from "./oauth-connect.ts";
import { makeVerifier, sealConsent } from "./oauth-consent.ts";
import { toRevoke } from "./revocation-slot.ts";

const CLIENT_SECRET = placeOf("oauth_clients", "secret");

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
    async sealClientSecret({ organization, project, id }, secret) {
      const plain = Buffer.from(secret);
      const sealed = (await parts.keysOf({ organization, project })).seal(
        "credential",
        CLIENT_SECRET,
        uuidBytes(id),
        plain,
      );
      plain.fill(0);
      return sealed;
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
  const asked = await askAccount({ ...parts, secrets }, connector, { ...scope, ...row });
  if (asked.kind === "account") return asked;
  const code = asked.kind === "dead" ? "reauth_required" : (CODES[asked.code] ?? "provider_refused");
  return { kind: "refused", code, message: asked.message };
}

/** What may be otherwise in a while. */
const CODES: Readonly<Record<string, NotConnected["code"]>> = {
  rate_limited: "provider_unavailable",
  unavailable: "provider_unavailable",
  connection_unavailable: "provider_unavailable",
  timeout: "provider_unavailable",
  connect: "provider_unavailable",
  connect_timeout: "provider_unavailable",
  dns: "provider_unavailable",
  reset: "provider_unavailable",
  truncated: "provider_unavailable",
};

const NOT_CONNECTED: NotConnected = {
  kind: "refused",
  code: "reauth_required",
  message: "it is not connected: connect it again",
};
