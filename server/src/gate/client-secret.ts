/** The secrets of an OAuth client as they are sealed: what it proves itself by, and what the provider signs with. */
import { placeOf } from "../catalogue/tables.ts";
import { uuidBytes } from "../core/id.ts";
import { parseOwn } from "../core/json.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import { openCredential } from "../keyring/open-credential.ts";

const SECRET = placeOf("oauth_clients", "secret");
/** Begins what holds more than a client secret, which has no control characters. */
const MARK = "\u0000";

export interface ClientSecrets {
  /** Null for a public client. */
  readonly clientSecret: string | null;
  /** Null where none was given. */
  readonly signingSecret: string | null;
}

export function sealClientSecrets(keys: ProjectKeys, client: string, secrets: ClientSecrets): Buffer {
  const { clientSecret, signingSecret } = secrets;
  const plain = Buffer.from(
    signingSecret === null && clientSecret !== null ? clientSecret : `${MARK}${JSON.stringify(secrets)}`,
  );
  const sealed = keys.seal("credential", SECRET, uuidBytes(client), plain);
  plain.fill(0);
  return sealed;
}

/** Throws `SealError`. */
export function openClientSecrets(keys: ProjectKeys, client: string, sealed: Buffer): ClientSecrets {
  const plain = openCredential(keys, SECRET, uuidBytes(client), sealed);
  const text = plain.toString("utf8");
  plain.fill(0);
  return text.startsWith(MARK)
    ? parseOwn<ClientSecrets>(text.slice(MARK.length))
    : { clientSecret: text, signingSecret: null };
}
