import { type Client, listAll, type Member } from "@steward/sdk";
import { pickOne } from "./pick-one.ts";
import { timeText } from "./terminal/words.ts";

/** A member by e-mail address, a service account by name, either by id. */
export async function findMember(client: Client, organization: string, named: string): Promise<Member> {
  const text = named.toLowerCase();
  const search = named.startsWith("mem_") ? undefined : named;
  const all = await Array.fromAsync(listAll(client.listMembers, { organization, search, limit: 100 }));
  const called = all.filter(({ id, email, name }) => id === named || (email ?? name).toLowerCase() === text);
  return pickOne(called, "member", named, "steward member list", ({ kind, role, name, createdAt }) =>
    [name, kind === "service" ? "service account" : "person", role, `since ${timeText(createdAt)}`].join(", "),
  );
}
