/**
 * The first start: one organization, one project, its owner with an account, and an API key. Later starts find them, and
 * make what an earlier one did not come to. Of several processes that start at once, one makes them and the others wait.
 */
import { createHash } from "node:crypto";
import { AppError } from "../core/errors.ts";
import { base32 } from "../core/id.ts";
import { invariant } from "../core/invariant.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Database, Transaction } from "../core/ports/database.ts";
import type { Identity } from "../core/ports/identity.ts";
import type { Ids } from "../core/ports/ids.ts";
import type { Keyring } from "../keyring/keyring.ts";
import { insertApiKey } from "../store/api-keys.ts";
import { findOwner, insertMember } from "../store/members.ts";
import { findOrganizationStatement, insertOrganization } from "../store/organizations.ts";
import { findFirstProject, findProject, insertProject } from "../store/projects.ts";
import { scopeStatement, type Scope } from "../store/scope.ts";
import { INSTALLATION, INSTALLATION_SCOPE } from "../store/installation.ts";
import { lockFirstStart } from "../store/start-lock.ts";
import { giveAccounts, isAddress } from "./give-accounts.ts";

export interface FirstStartParts {
  readonly database: Database;
  readonly dispatch: Database;
  readonly keyring: Keyring;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly identity: Pick<Identity, "findAccountByEmail" | "createAccount">;
}

export interface FirstStartSettings {
  /** STEWARD_OWNER_EMAIL. */
  readonly ownerEmail: string | null;
  /** STEWARD_OWNER_PASSWORD: without it the owner comes in by a link, and may set one by a reset. */
  readonly ownerPassword: string | null;
  /** STEWARD_API_KEY: the first key's text; one is made when it is null. */
  readonly apiKey: string | null;
}

export interface Installed extends Scope {
  /** The owner's UUID. */
  readonly member: string;
  /** The owner's account. */
  readonly account: string;
  /** The first key's text, given this once when it was made here and now; null when the operator set it, and ever after. */
  readonly newApiKey: string | null;
}

/** Nobody's: until the owner gives their own. */
const OWNER_EMAIL = "owner@steward.localhost";
const KEY_BYTES = 32;
/** Shown to tell keys apart: at most so many characters, and never more than a quarter of the key. */
const PREFIX_LENGTH_MAX = 9;

/** Throws `start_refused` for a setting that can't be used; then nothing was made. */
export async function firstStart(parts: FirstStartParts, settings: FirstStartSettings): Promise<Installed> {
  const password = readPassword(settings.ownerPassword);
  const installed = (await findInstalled(parts)) ?? (await install(parts, settings));
  await makeInstallation(parts);
  const account = await giveAccounts(parts, installed, password);
  return { ...installed, account };
}

/** The installation's own project, in which its own runs are; made once, and by older homes at their next start. */
async function makeInstallation({ database, keyring, clock }: FirstStartParts): Promise<void> {
  if ((await findProject(database, INSTALLATION_SCOPE)) !== null) return;
  await database.transaction(async (tx) => {
    await lockFirstStart(tx);
    await tx.query(scopeStatement(INSTALLATION_SCOPE));
    if ((await tx.query(findOrganizationStatement(INSTALLATION))).count > 0) return; // another process was first
    await keyring.createOrganization(INSTALLATION);
    await keyring.createProject(INSTALLATION, INSTALLATION);
    const createdAt = clock.nowMs();
    await tx.query(insertOrganization({ id: INSTALLATION, name: "Installation", createdAt }));
    const project = { id: INSTALLATION, slug: "installation", name: "Installation", timeZone: "UTC", createdAt };
    await tx.query(insertProject(INSTALLATION, project));
  });
}

async function findInstalled(parts: FirstStartParts): Promise<Omit<Installed, "account"> | null> {
  const scope = await findFirstProject(parts.dispatch);
  if (scope === null) return null;
  const owner = await findOwner(parts.database, scope);
  invariant(owner !== null, `the organization ${scope.organization} has no owner`);
  return { ...scope, member: owner.id, newApiKey: null };
}

async function install(parts: FirstStartParts, settings: FirstStartSettings): Promise<Omit<Installed, "account">> {
  const email = readEmail(settings.ownerEmail);
  const given = readApiKey(settings.apiKey);
  const apiKey = given ?? makeApiKey(parts.ids.bytes(KEY_BYTES));
  const made = await parts.database.transaction(async (tx) => {
    await lockFirstStart(tx);
    if ((await findFirstProject(parts.dispatch)) !== null) return null; // another process was first
    const scope = { organization: parts.ids.uuid(), project: parts.ids.uuid() };
    // Keys come first: a row that nothing could be sealed for would be worse than a key that nothing uses.
    await parts.keyring.createOrganization(scope.organization);
    await parts.keyring.createProject(scope.organization, scope.project);
    return { ...scope, member: await insertAll(tx, parts, scope, email, apiKey) };
  });
  if (made !== null) return { ...made, newApiKey: given === null ? apiKey : null };
  const installed = await findInstalled(parts);
  invariant(installed !== null, "another process made the first project, and it is not there");
  return installed;
}

/** Gives the owner's id. */
async function insertAll(
  tx: Transaction,
  { ids, clock }: FirstStartParts,
  scope: Scope,
  email: string,
  apiKey: string,
): Promise<string> {
  const createdAt = clock.nowMs();
  const { organization, project } = scope;
  const member = ids.uuid();
  await tx.query(scopeStatement(scope));
  await tx.query(insertOrganization({ id: organization, name: "Steward", createdAt }));
  await tx.query(
    insertProject(organization, { id: project, slug: "default", name: "Default", timeZone: "UTC", createdAt }),
  );
  await tx.query(insertMember(organization, { id: member, email, name: "Owner", role: "owner", createdAt }));
  const prefix = prefixOf(apiKey);
  const key = { ...scope, id: ids.uuid(), name: "First key", prefix, hash: hashApiKey(apiKey), member, createdAt };
  await tx.query(
    insertApiKey({
      ...key,
      reach: "organization",
      permissions: null,
      createdBy: null,
      replaces: null,
      secondFactor: true,
      expiresAt: null,
    }),
  );
  return member;
}

/** `sk`, the cell, 32 random bytes. */
function makeApiKey(random: Uint8Array): string {
  return `sk_0_${base32(random)}`;
}

/** What a key is looked up by; the key itself is stored nowhere. */
export function hashApiKey(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}

function prefixOf(apiKey: string): string {
  return apiKey.slice(0, Math.min(PREFIX_LENGTH_MAX, Math.floor(apiKey.length / 4)));
}

function readEmail(text: string | null): string {
  if (text === null || text === "") return OWNER_EMAIL;
  if (isAddress(text)) return text;
  throw new AppError("start_refused", "STEWARD_OWNER_EMAIL is not a mail address");
}

function readPassword(text: string | null): string | null {
  if (text === null || (text.length >= 10 && text.length <= 200)) return text;
  throw new AppError("start_refused", "STEWARD_OWNER_PASSWORD has 10 to 200 characters");
}

function readApiKey(text: string | null): string | null {
  if (text === null || text === "") return null;
  if (/^[\u0021-\u007e]{8,200}$/.test(text)) return text;
  throw new AppError(
    "start_refused",
    "STEWARD_API_KEY has 8 to 200 visible ASCII characters: use a long random one, or leave it out to have one made",
  );
}
