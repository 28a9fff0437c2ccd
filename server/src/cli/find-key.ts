import { type ApiKey, type Client, listAll } from "@steward/sdk";
import { actorNames } from "./actor-names.ts";
import { pickOne } from "./pick-one.ts";
import { timeText } from "./terminal/words.ts";

/**
 * A key of the project: by name or beginning one that works, by id any. Where several that work are called so, one that
 * goes on beside its successor included, none is taken.
 */
export async function findKey(client: Client, named: string, nowMs: number): Promise<ApiKey> {
  const all = await Array.fromAsync(listAll(client.listKeys, { limit: 100 }));
  const called = all.filter(
    (key) => key.id === named || ([key.prefix, key.name].includes(named) && keyWorks(key, nowMs)),
  );
  const owners = called.length > 1 ? called.map(({ member }) => member) : [];
  const nameOf = await actorNames(client, owners);
  return pickOne(called, "key", named, "steward key list", (key) => factsOf(key, nameOf(key.member)));
}

/** Neither expired nor revoked; one whose end is set works until then. */
export function keyWorks({ expiresAt, revokedAt }: ApiKey, nowMs: number): boolean {
  return [expiresAt, revokedAt].every((end) => end === null || Date.parse(end) > nowMs);
}

function factsOf(key: ApiKey, owner: string): string {
  const used = key.lastUsedAt === null ? "never used" : `last used ${timeText(key.lastUsedAt)}`;
  const ends = key.revokedAt === null ? [] : [`ends ${timeText(key.revokedAt)}`];
  return [key.prefix, `of ${owner}`, `made ${timeText(key.createdAt)}`, used, ...ends].join(", ");
}
