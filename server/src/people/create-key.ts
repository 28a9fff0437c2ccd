import type { ApiKey, Permission } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import { type ApiKeyRow, countApiKeys, insertApiKey } from "../store/api-keys.ts";
import type { Scope } from "../store/scope.ts";
import { act, type Acting } from "./act.ts";
import { hashApiKey } from "./first-start.ts";
import { latestEnd, requireMayManage, requireOwnOrService, requireWithin } from "./key-holder.ts";
import { keyPrefix, makeKeyText } from "./key-text.ts";
import type { Actor, PeopleParts } from "./people-parts.ts";
import { idOf, tooMany } from "./refusals.ts";
import { showKey } from "./show-key.ts";

/** Of those that let somebody in now. */
const KEYS_PER_PROJECT_MAX = 1000;
const DAY_MS = 86_400_000;

export interface KeyRequest {
  readonly name: string;
  /** A service account's shown id; without it the caller's. */
  readonly member?: string | undefined;
  readonly reach: "project" | "organization";
  /** Null: all that its member may. */
  readonly permissions: readonly Permission[] | null;
  /** Null: never. */
  readonly expiresInDays: number | null;
}

export type MadeKey = ApiKey & { readonly key: string };

/** Makes a key of the project; its text is given this once. Throws `forbidden` for one worth more than the caller or that outlives the key they act with, `not_found` for a member who isn't one. */
export async function createKey(parts: PeopleParts, actor: Actor, scope: Scope, given: KeyRequest): Promise<MadeKey> {
  const member = given.member === undefined ? actor.member : idOf("mem", given.member);
  const asked = { route: "createKey", needs: "key.write" } as const;
  return await act(parts, scope, actor, asked, async (acting) => {
    requireOwnOrService(actor, await requireMayManage(acting, actor, member));
    const { name, reach, permissions, expiresInDays } = given;
    const unique = permissions === null ? null : [...new Set(permissions)];
    await requireWithin(parts, acting, actor, scope.project, { member, reach, permissions: unique });
    const expiresAt = expiresInDays === null ? null : acting.nowMs + expiresInDays * DAY_MS;
    if ((expiresAt ?? Infinity) > (await latestEnd(parts, actor)))
      throw new AppError("forbidden", "A key that expires makes keys that end no later than itself.");
    const secondFactor = actor.secondFactor === true;
    const key = { name, member, reach, permissions: unique, expiresAt, replaces: null, secondFactor };
    const made = await insertKey(parts, acting, actor, scope, key);
    const facts = { member: made.member, reach, permissions: unique?.join(" ") ?? null };
    return { result: made, acts: [{ action: "key.created", target: made.id, facts }] };
  });
}

/** A new key's row, and its text. */
export async function insertKey(
  parts: PeopleParts,
  { tx, nowMs }: Acting,
  actor: Actor,
  scope: Scope,
  key: Pick<ApiKeyRow, "name" | "member" | "reach" | "permissions" | "expiresAt" | "replaces" | "secondFactor">,
): Promise<MadeKey> {
  if ((await countApiKeys(tx, scope.project, nowMs)) >= KEYS_PER_PROJECT_MAX)
    throw tooMany("keys in use in this project", KEYS_PER_PROJECT_MAX);
  const text = makeKeyText(parts.ids);
  const row = { ...key, id: parts.ids.uuid(), prefix: keyPrefix(text), createdBy: actor.member, createdAt: nowMs };
  await tx.query(insertApiKey({ ...scope, ...row, hash: hashApiKey(text) }));
  return { ...showKey({ ...row, lastUsedAt: null, revokedAt: null }), key: text };
}
