/** A connection's secret as it is sealed. Opened in the gate alone, for the calls of one effect. */
import { createHash } from "node:crypto";
import type { Authentication, Connector } from "@steward/sdk";
import { placeOf } from "../catalogue/tables.ts";
import { uuidBytes } from "../core/id.ts";
import { invariant, unreachable } from "../core/invariant.ts";
import { parseOwn } from "../core/json.ts";
import type { ConnectionPlace, FreshOptions, FreshSecrets, NoSecret, ReadySecret } from "../core/ports/connections.ts";
import type { KeyProof } from "../core/ports/oauth.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import { openCredential } from "../keyring/open-credential.ts";
import type { ConnectionFacts, ConnectionRow } from "../store/connections.ts";
import type { Matter } from "./action.ts";
import { formsOf } from "./open-secret.ts";

const SECRET = placeOf("connections", "secret");

/** A connection's row as its effect was judged by it. */
export interface ReadRow {
  readonly row: ConnectionRow;
  /** Monotonic, from before it was asked for. */
  readonly atMs: number;
}

/** With `read`, what an effect was judged by serves for its secret too while it is young: it is read once for an effect. */
export interface EffectSecrets extends FreshSecrets {
  freshSecret(
    place: ConnectionPlace,
    options: FreshOptions & { readonly read?: ReadRow | null },
  ): Promise<ReadySecret | NoSecret>;
}

/** The row that a matter holds, for `freshSecret`. */
export function readRowOf({ connection, readAtMs }: Pick<Matter, "connection" | "readAtMs">): ReadRow | null {
  return connection && { row: connection, atMs: readAtMs };
}

/** `client`: of client credentials, with the token that they last gave. */
export type HeldSecret =
  | { readonly kind: "tokens"; readonly access: string; readonly refresh: string | null }
  | {
      readonly kind: "client";
      readonly clientId: string;
      readonly clientSecret: string;
      readonly access: string;
      /** Where the connector names none. */
      readonly tokenUrl?: string | null;
    }
  /** Of a key that signs who asks, with the token that this last gave. */
  | ({ readonly kind: "signer"; readonly access: string; readonly tokenUrl: string | null } & Omit<
      KeyProof,
      "atMs" | "id"
    >)
  | {
      readonly kind: "certificate";
      readonly certificate: string;
      readonly key: string;
      readonly passphrase: string | null;
      readonly authority: string | null;
    }
  /** `signing`: by which the provider signs what it sends here. */
  | {
      readonly kind: "key";
      readonly key: string;
      readonly signing?: string;
      /** Where it goes, with connectors that leave it open. */
      readonly sentIn?: { readonly header: string | null; readonly query: string | null };
    }
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

/** Whether the connector, as it is by now, says where such a secret goes: an imported one may have become another. */
export function mayHold({ authentication }: Connector, { kind }: HeldSecret): boolean {
  return kind !== "key" || authentication.some((one) => one.kind === "api_key");
}

/** What the calls of an effect carry. Only for a secret that the connector may hold (`mayHold`). `held` is null for a connection that proves nothing. */
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

function sent(
  connector: Connector,
  held: HeldSecret | null,
): Pick<ReadySecret, "header" | "query" | "forms" | "certificate"> {
  if (held === null) return { header: null, query: null, forms: [] };
  switch (held.kind) {
    case "tokens":
    case "client":
    case "signer":
      return {
        header: { name: "authorization", value: `Bearer ${held.access}` },
        query: null,
        forms: formsOf(held.access),
      };
    case "key": {
      const forms = formsOf(held.key);
      const { header: name, prefix, in: where, chosen } = keyOf(connector);
      const own = chosen === true ? (held.sentIn ?? null) : null;
      if (own?.query) return { header: null, query: { name: own.query, value: held.key }, forms };
      if (own?.header) return { header: { name: own.header.toLowerCase(), value: held.key }, query: null, forms };
      const sentAs = { name, value: prefix + held.key };
      return where === "query" ? { header: null, query: sentAs, forms } : { header: sentAs, query: null, forms };
    }
    case "basic": {
      const pair = `${held.user}:${held.password}`;
      const encoded = Buffer.from(pair).toString("base64");
      const header = { name: "authorization", value: `Basic ${encoded}` };
      return { header, query: null, forms: formsOf(pair, encoded, held.password) };
    }
    case "certificate": {
      const { certificate, key, passphrase, authority } = held;
      const id = createHash("sha256").update(JSON.stringify(held)).digest("base64url");
      const forms = formsOf(key, ...(passphrase === null ? [] : [passphrase]));
      return { header: null, query: null, forms, certificate: { certificate, key, passphrase, authority, id } };
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
