import { type ApiKey, type Client, listAll } from "@steward/sdk";
import { pickOne } from "./pick-one.ts";

/** A key of the project: by prefix or name one that has no end set, by id any. */
export async function findKey(client: Client, named: string): Promise<ApiKey> {
  const all = await Array.fromAsync(listAll(client.listKeys, { limit: 100 }));
  const called = all.filter(
    ({ id, prefix, name, revokedAt }) => id === named || (revokedAt === null && [prefix, name].includes(named)),
  );
  return pickOne(called, "key", named, "steward key list");
}
