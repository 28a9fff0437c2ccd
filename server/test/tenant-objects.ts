/**
 * Two organizations on one whole Steward, each with every kind of object: what an attacker of one of them could name of
 * the other. Both call their things alike where names may be the same, and apart where they are to be told apart.
 */
import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Permission, ROLE_NAMES } from "@steward/sdk";
import { systemIds } from "../src/adapters/system/system-ids.ts";
import type { Pool } from "../src/adapters/postgres/pool.ts";
import { parseId, showId } from "../src/core/id.ts";
import {
  type Answer,
  type Caller,
  eventually,
  OWNER,
  plantAccount,
  signInAt,
  startWhole,
  type WholeSteward,
} from "./tenant-objects-server.ts";

/** What can be named. Two of each at least, so that one may be changed while the other still stands. */
export type ThingKind =
  | "organization"
  | "project"
  | "projectSlug"
  | "member"
  | "role"
  | "invitation"
  | "invitationToken"
  | "key"
  | "consent"
  | "connection"
  | "domain"
  | "domainName"
  | "scimToken"
  | "groupName"
  | "flow"
  | "flowVersion"
  | "run"
  | "credential"
  | "variable"
  | "file"
  | "filePath"
  | "folder"
  | "fileVersion"
  | "table"
  | "tableName"
  | "column"
  | "row"
  | "sink"
  | "sinkAddress"
  | "session"
  | "message"
  | "email"
  | "name"
  | "word"
  | "principal"
  | "target"
  | "cursor";

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

interface Ground {
  readonly steward: WholeSteward;
  readonly admin: Pool;
  readonly hangsUp: Server;
}

type Things = Record<ThingKind, string[]>;
type Call = (method: string, target: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;

/** What is made step by step. */
interface Making extends Ground {
  readonly letter: string;
  readonly mark: string;
  readonly things: Things;
  readonly organization: string;
  readonly project: string;
  /** As the owner, in the project. */
  readonly call: Call;
  /** The same, of an answer that must be one. */
  readonly made: (method: string, target: string, body?: unknown) => Promise<Record<string, unknown>>;
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
  await noteRest(making);
  const callers = everyRole ? await makeCallers(making, at, from) : [];
  const shown = [...Object.values(things).flat()].filter((text) => /^[a-z]{3}_[0-9a-z]{26}$/.test(text));
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

const KINDS: readonly ThingKind[] = [
  ...(["organization", "project", "projectSlug", "member", "role", "invitation", "invitationToken", "key"] as const),
  ...(["consent", "connection", "domain", "domainName", "scimToken", "groupName", "flow", "flowVersion", "run"] as const),
  ...(["credential", "variable", "file", "filePath", "folder", "fileVersion", "table", "tableName", "column"] as const),
  ...(["row", "sink", "sinkAddress", "session", "message", "email", "name", "word", "principal", "target"] as const),
  "cursor",
];

function caller(steward: WholeSteward, headers: Readonly<Record<string, string>>): Call {
  return (method, target, body, more = {}) =>
    steward.call(method, target, { ...(body === undefined ? {} : { body }), headers: { ...headers, ...more } });
}

async function must(call: Call, method: string, target: string, body?: unknown): Promise<Record<string, unknown>> {
  const answer = await call(method, target, body);
  if (answer.status >= 300) throw new Error(`${method} ${target}: ${answer.status} ${answer.text}`);
  return answer.text === "" ? {} : answer.json();
}

/** Roles, members, keys, invitations, consents. */
async function makePeople({ made, things, letter, mark, project }: Making, at: string): Promise<void> {
  const id = (answer: Record<string, unknown>): string => String(answer["id"]);
  for (const [n, name] of things.name.entries()) {
    const permissions: Permission[] = ["organization.read", "project.read", "flow.read"];
    const role = id(await made("POST", `${at}/roles`, { name, permissions }));
    things.role.push(role);
    const member = id(await made("POST", `${at}/service-accounts`, { name: `Robot ${mark} ${n}`, role }));
    things.member.push(member);
    things.key.push(id(await made("POST", "/v1/keys", { name: `Key ${mark}`, member, reach: "organization" })));
    await made("PUT", `${at}/projects/${showId("prj", project)}/members/${member}`, { role: "viewer" });
    const invited = await made("POST", `${at}/invitations`, { email: `invited${n}@${letter}.test`, role });
    things.invitation.push(id(invited));
    things.invitationToken.push(new URL(String(invited["url"])).hash.replace(/^#(?:token=)?/, ""));
    things.consent.push(id(await made("POST", `${at}/support-consents`, { reason: `Reason ${mark}`, hours: 24 })));
    const address = `https://sink${n}.${letter}.test/log`;
    things.sink.push(id(await made("POST", `${at}/audit/sinks`, { kind: "http", address, secret: mark })));
    things.sinkAddress.push(address);
  }
}

/** In the tables themselves: what asks a provider or the name service can't be made without one. */
async function makeSignOn({ admin, things, organization, letter, mark }: Making): Promise<void> {
  const [member] = (
    await admin.query<{ id: string }>({
      text: "select id from steward.members where organization = $1 and role = 'owner'",
      values: [organization],
    })
  ).rows;
  const account = ids.uuid();
  for (const n of [0, 1]) {
    const [connection, domain, token, user, group] = [ids.uuid(), ids.uuid(), ids.uuid(), ids.uuid(), ids.uuid()];
    const name = `mail${n}.${letter}.test`;
    for (const [text, values] of [
      [
        `insert into steward.sign_on_connections (organization, id, kind, name, enabled, issuer, sign_on_url, certificates,
          trusts_second_factor, set_by, created_at, changed_at)
          values ($1, $2, 'saml', $3, true, $3, 'https://idp.test/', '{}', false, $4, now(), now())`,
        [organization, connection, `Provider ${mark}`, member!.id],
      ],
      [
        `insert into steward.sign_on_domains (organization, id, domain, token, created_at, verified_at, checked_at)
          values ($1, $2, $3, $4, now(), now(), now())`,
        [organization, domain, name, mark],
      ],
      [
        `insert into steward.scim_tokens (organization, id, prefix, hash, created_by, created_at)
          values ($1, $2, $3, sha256($4), $5, now())`,
        [organization, token, mark.slice(0, 9), randomBytes(16), member!.id],
      ],
      [
        `insert into steward.scim_users (organization, id, account, user_name, display_name, active, created_at, changed_at)
          values ($1, $2, $3, $4, $4, true, now(), now())`,
        [organization, user, n === 0 ? account : ids.uuid(), `${mark}${n}`],
      ],
      [
        `insert into steward.scim_groups (organization, id, display_name, created_at, changed_at) values ($1, $2, $3, now(), now())`,
        [organization, group, `group-${letter}${n}`],
      ],
      [`insert into steward.scim_group_members (organization, group_id, user_id) values ($1, $2, $3)`, [organization, group, user]],
      [
        `insert into steward.sign_on_group_roles (organization, group_name, rank, role) values ($1, $2, $3, 'viewer')`,
        [organization, `group-${letter}${n}`, n],
      ],
    ] as const)
      await admin.query({ text, values: [...values] });
    things.connection.push(showId("sso", connection));
    things.domain.push(showId("dom", domain));
    things.domainName.push(name);
    things.scimToken.push(showId("key", token));
    things.groupName.push(`group-${letter}${n}`);
  }
}

/** Two alike, one with versions, one deleted. */
async function makeFiles({ call, things, letter, mark }: Making): Promise<void> {
  const put = async (path: string, content: string): Promise<string> => {
    const bytes = { "content-type": "application/octet-stream" };
    const answer = await call("PUT", `/v1/files/content?path=${encodeURIComponent(path)}`, content, bytes);
    if (answer.status >= 300) throw new Error(`${path}: ${answer.text}`);
    return String(answer.json()["id"]);
  };
  await put("shared/both.txt", `both ${mark}`);
  for (const n of [1, 2]) {
    const path = `only-${letter}${n}/note.txt`;
    const file = await put(path, `content ${mark}`);
    // Of version 2 there is nothing in a's files, so that b's is told apart by its number too.
    if (letter === "b") await put(path, `content, changed ${mark}`);
    things.file.push(file);
    things.filePath.push(path);
    things.folder.unshift(`only-${letter}${n}`); // so that the first file is not in the first folder
  }
  const gone = await put(`gone-${letter}/note.txt`, `content ${mark}`);
  await call("DELETE", `/v1/files/${gone}`);
  things.file.push(gone);
  things.fileVersion.push("2");
}

/** Two tables alike, with rows. */
async function makeTables({ made, things, letter, mark }: Making): Promise<void> {
  await made("POST", "/v1/tables", { name: "shared", columns: [{ name: "title", type: "text" }] });
  for (const n of [1, 2]) {
    const name = `only_${letter}${n}`;
    const columns = [
      { name: "title", type: "text" },
      { name: `col_${letter}`, type: "text" },
    ];
    const table = String((await made("POST", "/v1/tables", { name, columns }))["id"]);
    const rows = [1, 2, 3].map((at) => ({ title: `row ${at} ${mark}`, [`col_${letter}`]: mark }));
    const { items } = (await made("POST", `/v1/tables/${table}/rows`, { rows })) as { items: { id: string }[] };
    things.table.push(table);
    things.tableName.push(name);
    things.row.push(...items.slice(0, 2).map((row) => row.id));
  }
  things.column.push(`col_${letter}`);
}

/** Flows, published, drafted and deleted; their variables and credentials; a run in each state that stays. */
async function makeFlows({ made, call, things, hangsUp, letter, mark }: Making): Promise<string> {
  const { port } = hangsUp.address() as AddressInfo;
  const set = { id: "out", kind: "set", input: { mark, seen: "{{ vars.shared }}" } };
  const waits = [{ id: "hold", kind: "wait", input: { event: "go" }, next: ["out"] }, set];
  const flows: readonly (readonly [slug: string, steps: readonly object[]])[] = [
    ["shared", waits],
    [`only-${letter}1`, waits],
    [`only-${letter}2`, waits],
    [`gone-${letter}`, waits],
    ["quick", [set]],
    ["fails", [{ id: "fail", kind: "fail", input: { message: mark } }]],
    ["doubt", [{ id: "call", kind: "http", input: { method: "POST", url: `http://127.0.0.1:${port}/`, body: mark } }]],
  ];
  for (const name of ["shared", `only_${letter}`]) await made("PUT", `/v1/variables/${name}`, { value: mark });
  things.variable.push(`only_${letter}`);
  for (const slug of ["shared", `only-${letter}`])
    await made("PUT", `/v1/credentials/${slug}`, { kind: "bearer", secret: mark, hosts: ["127.0.0.1"] });
  things.credential.push(`only-${letter}`);
  let webhook = "";
  for (const [slug, steps] of flows) {
    const file = { format: 1, name: `Flow ${mark}`, triggers: [{ id: "in", kind: "webhook" }], steps };
    await made("PUT", `/v1/flows/${slug}`, file);
    const published = (await made("POST", `/v1/flows/${slug}/publish`)) as { webhooks: { url: string }[] };
    if (slug === "shared") webhook = published.webhooks[0]!.url;
    // Of version 2 there is none in a.
    if (letter === "b") {
      await made("PUT", `/v1/flows/${slug}`, { ...file, description: mark });
      await made("POST", `/v1/flows/${slug}/publish`);
    }
    await made("PUT", `/v1/flows/${slug}`, { ...file, description: `draft ${mark}` });
  }
  things.flowVersion.push("2");
  const start = async (slug: string): Promise<string> =>
    String((await made("POST", `/v1/flows/${slug}/runs`, { input: { mark } }))["id"]);
  const runs: readonly (readonly [slug: string, status: string])[] = [
    [`only-${letter}1`, "waiting"],
    [`only-${letter}2`, "waiting"],
    ["doubt", "in_doubt"],
    ["quick", "completed"],
    ["fails", "failed"],
    ["shared", "cancelled"],
  ];
  for (const [slug, status] of runs) {
    const run = await start(slug);
    const now = async (): Promise<string> => String((await call("GET", `/v1/runs/${run}`)).json()["status"]);
    if (status === "cancelled") await made("POST", `/v1/runs/${run}/cancel`, {});
    await eventually(`${slug} is ${status}`, 10_000, async () => ((await now()) === status ? true : null));
    things.run.push(run);
  }
  await made("DELETE", `/v1/flows/gone-${letter}`);
  await made("PUT", `/v1/flows/draft-${letter}`, { format: 1, name: `Draft ${mark}`, steps: waits });
  things.flow.push(`only-${letter}1`, `only-${letter}2`, `gone-${letter}`, `draft-${letter}`);
  return webhook;
}

/** What the lists of the rest say: members, sessions, cursors. */
async function noteRest({ made, things, admin }: Making): Promise<void> {
  const { items } = (await made("GET", "/v1/account/sessions")) as { items: { id: string }[] };
  things.session.push(...items.map((one) => one.id));
  const me = await made("GET", "/v1/me");
  things.member.unshift(String(me["member"]));
  things.principal.push(things.member[0]!, things.key[0]!, things.key[1]!);
  things.target.push(things.run[2]!, things.member[1]!, things.role[0]!);
  things.cursor.push(things.member[1]!, things.key[0]!, things.run[2]!, things.file[0]!, things.invitation[0]!);
  const { rows } = await admin.query<{ id: string }>({ text: "select id from steward.outbox order by id desc limit 2" });
  things.message.push(...rows.map((row) => showId("msg", row.id)));
  const missing = KINDS.filter((kind) => things[kind].length === 0);
  if (missing.length > 0) throw new Error(`a tenant has no ${missing.join(", ")}`);
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
    const robot = role === "owner" ? null : await made("POST", `${at}/service-accounts`, { name: `Robot ${name}`, role });
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
