/** A connection's secret as it is sealed. Opened in the gate alone, for the calls of one effect. */
import type { Authentication, Connector } from "@steward/sdk";
import { placeOf } from "../catalogue/tables.ts";
import { uuidBytes } from "../core/id.ts";
import { invariant, unreachable } from "../core/invariant.ts";
import { parseOwn } from "../core/json.ts";
import type { ReadySecret } from "../core/ports/connections.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import { openCredential } from "../keyring/open-credential.ts";
import type { ConnectionFacts } from "../store/connections.ts";
import { formsOf } from "./open-secret.ts";

const SECRET = placeOf("connections", "secret");

/** `client`: of client credentials, with the token that they last gave. */
export type HeldSecret =
  | { readonly kind: "tokens"; readonly access: string; readonly refresh: string | null }
  | { readonly kind: "client"; readonly clientId: string; readonly clientSecret: string; readonly access: string }
  | { readonly kind: "key"; readonly key: string }
  | { readonly kind: "basic"; readonly user: string; readonly password: string };

export function sealHeld(keys: ProjectKeys, connection: string, held: HeldSecret): Buffer {
  const plain = Buffer.from(JSON.stringify(held));
  const sealed = keys.seal("credential", SECRET, uuidBytes(connection), plain);
  plain.fill(0);
  return sealed;
}

/** Throws `SealError`. */
export function openHeld(keys: ProjectKeys, connection: string, secret: Buffer): HeldSecret {
  const plain = openCredential(keys, SECRET, uuidBytes(connection), secret);
  try {
    return parseOwn<HeldSecret>(plain.toString("utf8"));
  } finally {
    plain.fill(0);
  }
}

/** What the calls of an effect carry. `held` is null for a connection that proves nothing. */
export function readySecret(
  connector: Connector,
  connection: Pick<ConnectionFacts, "address" | "authentication" | "scopes" | "hosts" | "generation">,
  held: HeldSecret | null,
): ReadySecret {
  const { address, authentication, scopes, hosts, generation } = connection;
  return {
    kind: "ready",
    mark: String(generation),
    connector: connector.id,
    authentication,
    basic: held?.kind === "basic" ? { user: held.user, password: held.password } : null,
    scopes,
    // A later version of the connector may reach more: the secret was given for these.
    hosts: address === null ? connector.hosts.filter((host) => hosts.includes(host)) : hosts,
    address,
    ...sent(connector, held),
  };
}

function sent(connector: Connector, held: HeldSecret | null): Pick<ReadySecret, "header" | "query" | "forms"> {
  if (held === null) return { header: null, query: null, forms: [] };
  switch (held.kind) {
    case "tokens":
    case "client":
      return {
        header: { name: "authorization", value: `Bearer ${held.access}` },
        query: null,
        forms: formsOf(held.access),
      };
    case "key": {
      const { header: name, prefix, in: where } = keyOf(connector);
      const sentAs = { name, value: prefix + held.key };
      const forms = formsOf(held.key);
      return where === "query" ? { header: null, query: sentAs, forms } : { header: sentAs, query: null, forms };
    }
    case "basic": {
      const pair = `${held.user}:${held.password}`;
      const encoded = Buffer.from(pair).toString("base64");
      const header = { name: "authorization", value: `Basic ${encoded}` };
      return { header, query: null, forms: formsOf(pair, encoded, held.password) };
    }
    default:
      return unreachable(held);
  }
}

function keyOf(connector: Connector): Extract<Authentication, { readonly kind: "api_key" }> {
  const found = connector.authentication.find((one) => one.kind === "api_key");
  invariant(found?.kind === "api_key", `${connector.id} is connected by a key`);
  return found;
}
