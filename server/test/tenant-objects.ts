/**
 * Two organizations on one whole Steward, each with every kind of object: what an attacker of one of them could name of
 * the other. Both call their things alike where names may be the same, and apart where they are to be told apart.
 */
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { ROLE_NAMES } from "@steward/sdk";
import { systemIds } from "../src/adapters/system/system-ids.ts";
import type { Pool } from "../src/adapters/postgres/pool.ts";
import { parseId, showId } from "../src/core/id.ts";
import { makeBounds } from "./tenant-objects-bounds.ts";
import { makeConnections } from "./tenant-objects-connections.ts";
import { makeAgents, makeFiles, makeFlows, makeTables } from "./tenant-objects-contents.ts";
import {
  type Call,
  type Ground,
  KINDS,
  type Making,
  must,
  type ThingKind,
  type Things,
} from "./tenant-objects-making.ts";
import { makePeople, makeSignOn, noteRest } from "./tenant-objects-people.ts";
import { type Caller, OWNER, plantAccount, signInAt, startWhole, type WholeSteward } from "./tenant-objects-server.ts";

export interface Tenant {
  /** `a` or `b`. */
  readonly letter: string;
  /** In all that this tenant's things hold, and in nothing else. */
  readonly mark: string;
  /** UUIDs. */
  readonly organization: string;
  readonly project: string;
  readonly owner: Caller;
  /** Everybody who may call for this tenant: by key and by session, in each role. */
  readonly callers: readonly Caller[];
  readonly things: Readonly<Record<ThingKind, readonly string[]>>;
  /** Shown ids of all that is this tenant's. */
  readonly ids: ReadonlySet<string>;
  /** The address of a webhook of its flow `shared`. */
  readonly webhook: string;
}

export interface Tenants {
  readonly steward: WholeSteward;
  readonly admin: Pool;
  readonly a: Tenant;
  readonly b: Tenant;
  close(): Promise<void>;
}

const ids = systemIds(() => Date.now());

/** `a` has callers of every role; `b` its owner alone. */
export async function startTenants(): Promise<Tenants> {
  const hangsUp = createServer((request) => void request.socket.destroy());
  await new Promise<void>((done) => void hangsUp.listen(0, "127.0.0.1", done));
  const steward = await startWhole({ STEWARD_EGRESS_ALLOW: "127.0.0.1" });
  try {
    const admin = steward.admin();
    const a = await makeTenant({ steward, admin, hangsUp }, "a", true);
    const b = await makeTenant({ steward, admin, hangsUp }, "b", false);
    return {
      steward,
      admin,
      a,
      b,
      async close() {
        hangsUp.close();
        await steward.close();
      },
    };
  } catch (error) {
    hangsUp.close();
    await steward.close();
    throw error;
  }
}

async function makeTenant(ground: Ground, letter: string, everyRole: boolean): Promise<Tenant> {
  const { steward, admin } = ground;
  const mark = `mark${letter}${randomBytes(6).toString("hex")}`;
  const email = `owner@${letter}.test`;
  await plantAccount(admin, ids.uuid(), email, `Owner ${mark}`);
  const from = `10.0.${letter.codePointAt(0)!}`;
  const session = await signInAt(steward, email, OWNER.password, `${from}.1`);
  const plain = caller(steward, session);
  const organization = String((await must(plain, "POST", "/v1/organizations", { name: `Org ${mark}` }))["id"]);
  const at = `/v1/organizations/${organization}`;
  const projectOf = async (slug: string): Promise<string> =>
    String((await must(plain, "POST", `${at}/projects`, { slug, name: `Project ${mark}` }))["id"]);
  const project = await projectOf("main");
  const second = await projectOf(`only-${letter}`);
  const gone = await projectOf(`gone-${letter}`);
  await must(plain, "DELETE", `${at}/projects/${gone}`);
  const owner: Caller = { name: "owner by session", headers: { ...session, "steward-project": project } };
  const call = caller(steward, owner.headers);
  const things = Object.fromEntries(KINDS.map((kind) => [kind, [] as string[]])) as Things;
  const making: Making = {
    ...ground,
    letter,
    mark,
    things,
    organization: parseId("org", organization)!,
    project: parseId("prj", project)!,
    call,
    made: (method, target, body) => must(call, method, target, body),
  };
  things.organization.push(organization);
  things.project.push(project, second, gone);
  things.projectSlug.push(`only-${letter}`, `gone-${letter}`);
  things.email.push(email);
  things.name.push(`Only ${letter.toUpperCase()}`, `Other ${letter.toUpperCase()}`);
  things.word.push(mark);
  await makePeople(making, at);
  await makeSignOn(making);
  await makeFiles(making);
  await makeTables(making);
  const webhook = await makeFlows(making);
  await makeAgents(making);
  await makeBounds(making);
  await makeConnections(making);
  await noteRest(making);
  const callers = everyRole ? await makeCallers(making, at, from) : [];
  const shown = Object.values(things)
    .flat()
    .filter((text) => /^[a-z]{3}_[0-9a-z]{26}$/.test(text));
  return {
    letter,
    mark,
    organization: making.organization,
    project: making.project,
    owner,
    callers: [owner, ...callers],
    things,
    ids: new Set(shown),
    webhook,
  };
}

function caller(steward: WholeSteward, headers: Readonly<Record<string, string>>): Call {
  return (method, target, body, more = {}) =>
    steward.call(method, target, { ...(body === undefined ? {} : { body }), headers: { ...headers, ...more } });
}

/** By session, by a key that reaches the organization, and by one that reaches the project: of each role. */
async function makeCallers(making: Making, at: string, from: string): Promise<Caller[]> {
  const { steward, admin, made, organization, project, things, letter } = making;
  const callers: Caller[] = [];
  const roles: readonly string[] = [...ROLE_NAMES, things.role[0]!];
  for (const [n, role] of roles.entries()) {
    // Addresses have limits of their own.
    const address = (way: number): string => `${from}.${10 + 3 * n + way}`;
    const name = role.startsWith("rol_") ? "custom" : role;
    if (role !== "owner") {
      const [account, email] = [ids.uuid(), `${name}@${letter}.test`];
      await plantAccount(admin, account, email, name);
      await admin.query({
        text: `insert into steward.members (organization, id, email, name, role, custom_role, created_at, account)
          values ($1, $2, $3, $4, $5, $6, now(), $7)`,
        values: [organization, ids.uuid(), email, name, name, name === "custom" ? parseId("rol", role) : null, account],
      });
      const session = await signInAt(steward, email, OWNER.password, address(0));
      callers.push({
        name: `${name} by session`,
        headers: { ...session, "steward-project": showId("prj", project) },
      });
    }
    // A service account is no owner: the owner's keys are the person's own.
    const robot =
      role === "owner" ? null : await made("POST", `${at}/service-accounts`, { name: `Robot ${name}`, role });
    for (const [way, reach] of ["organization", "project"].entries()) {
      const member = robot === null ? {} : { member: String(robot["id"]) };
      const { key } = await made("POST", "/v1/keys", { name: `${name} ${reach}`, reach, ...member });
      callers.push({
        name: `${name} by key of the ${reach}`,
        headers: { authorization: `Bearer ${String(key)}`, "x-forwarded-for": address(1 + way) },
      });
    }
  }
  return callers;
}
