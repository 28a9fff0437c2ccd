/** Whose account a connection is at the provider: sealed, since it is most often a mail address. */
import { placeOf } from "../catalogue/tables.ts";
import { uuidBytes } from "../core/id.ts";
import { parseOwn } from "../core/json.ts";
import type { ProviderAccount } from "../core/ports/connections.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import type { ConnectionFacts } from "../store/connections.ts";

const ACCOUNT = placeOf("connections", "account");

export function sealAccount(keys: ProjectKeys, connection: string, { account, label }: ProviderAccount): Buffer {
  return keys.seal("connection", ACCOUNT, uuidBytes(connection), Buffer.from(JSON.stringify({ account, label })));
}

/** Null when nobody knows it. Throws `SealError`. */
export function openAccount(
  keys: ProjectKeys,
  { id, account }: Pick<ConnectionFacts, "id" | "account">,
): ProviderAccount | null {
  if (account === null) return null;
  return parseOwn<ProviderAccount>(keys.open("connection", ACCOUNT, uuidBytes(id), account).toString());
}
