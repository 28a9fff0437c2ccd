/**
 * Every route of the table is answered with success by a whole Steward, and as the table declares it. What a tenant is
 * made of has called many already; the rest are called as the document says, and where that needs a state, by hand. A
 * new route that nobody calls is named.
 */
import { type Route, type RouteName, routes } from "@steward/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "./steward-home.ts";
import { systemIds } from "../src/adapters/system/system-ids.ts";
import { parseId } from "../src/core/id.ts";
import { type Answer, OWNER, plantAccount, signInAt, type Succeeded } from "./tenant-objects-server.ts";
import { type Document, type Operation, operationsOf } from "./tenant-objects-slots.ts";
import { plainCall } from "./tenant-objects-tries.ts";
import { startTenants, type Tenants } from "./tenant-objects.ts";

/** What no test on one machine alone can have answered with success, and where it is served instead. */
const ELSEWHERE: Partial<Readonly<Record<RouteName, string>>> = {
  pollDeviceConsent: "asks a provider that has consent by code; connections/connect.test.ts has one",
  verifySignOnDomain: "asks the name service of the world; sign-on.test.ts has one of its own",
};

type Headers = Readonly<Record<string, string>>;

let it: Tenants;
let operations: readonly Operation[];
let document: Document;
beforeAll(async () => {
  it = await startTenants();
  const { steward, b } = it;
  const answer = await steward.call("GET", "/v1/openapi.json", { headers: b.owner.headers });
  document = answer.json() as unknown as Document;
  operations = operationsOf(document);
}, 120_000);
afterAll(async () => await it?.close());

const NAMES = Object.keys(routes) as RouteName[];
const ids = systemIds(() => Date.now());

/** Of two patterns that fit, the one that leaves less open. */
const PATTERNS = NAMES.map((name) => {
  const { method, path }: Route = routes[name];
  return { name, method, open: path.split("{").length, pattern: new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+")}$`) };
}).toSorted((one, other) => one.open - other.open);

function routeOf({ method, target }: Pick<Succeeded, "method" | "target">): RouteName | null {
  const path = target.split("?", 1)[0]!;
  return PATTERNS.find((one) => one.method === method && one.pattern.test(path))?.name ?? null;
}

function served(): ReadonlySet<RouteName | null> {
  return new Set(it.steward.succeeded.map(routeOf));
}

async function ask(headers: Headers, method: string, target: string, body?: unknown): Promise<Answer> {
  const answer = await it.steward.call(method, target, { headers, ...(body === undefined ? {} : { body }) });
  expect([method, target, answer.status, answer.text]).toEqual([
    method,
    target,
    expect.toSatisfy(isSuccess),
    answer.text,
  ]);
  return answer;
}

function isSuccess(status: number): boolean {
  return status < 400;
}

/** Somebody with an account whose address is confirmed, signed in from an address of their own. */
async function person(name: string): Promise<Headers> {
  await plantAccount(it.admin, ids.uuid(), `${name}@b.test`, name);
  return await again(name);
}

function again(name: string): Promise<Headers> {
  return signInAt(it.steward, `${name}@b.test`, OWNER.password, `10.9.0.${name.length}`);
}

/** As the document says, of whatever was not served yet. */
async function callPlainly(which: (operation: Operation) => boolean): Promise<void> {
  const { steward, b } = it;
  for (const operation of operations.filter(which)) {
    if (served().has(operation.operationId as RouteName)) continue;
    const { method, target, headers, body } = plainCall({ document, own: b, other: b }, operation);
    await steward.call(method, target, {
      headers: { ...b.owner.headers, ...headers },
      ...(body === undefined ? {} : { body }),
    });
  }
}

test("what reads and what makes, as the document says", { timeout: 60_000 }, async () => {
  await callPlainly(({ method }) => method === "GET" || method === "PUT");
  await callPlainly(({ method, path }) => method !== "DELETE" && !/\/(?:delete-folder|leave|shred)$/.test(path));
});

test("an installation's operator reads what is its own, and proves it", { timeout: 120_000 }, async () => {
  const operator = { authorization: `Bearer ${it.steward.key}`, "x-forwarded-for": "10.8.0.1" };
  for (const target of ["", "/audit", "/audit/export", "/outbound", "/mail", "/requests"])
    await ask(operator, "GET", `/v1/installation${target}`);
  await ask(operator, "POST", "/v1/session-links");
  await ask(operator, "POST", "/v1/installation/prove", {});
  const [message = ""] = it.b.things.message;
  const failed = "update steward.outbox set status = 'failed', error_code = 'refused', ended_at = now() where id = $1";
  await it.admin.query({ text: failed, values: [parseId("msg", message)] });
  await ask(operator, "POST", `/v1/installation/mail/${message}/retry`);
});

test("a person decides what they are asked, on the page and by the link of a mail", { timeout: 60_000 }, async () => {
  const { owner, things } = it.b;
  const [first, second] = things.approval;
  const { digest } = (await ask(owner.headers, "GET", `/v1/approvals/${first!}`)).json();
  await ask(owner.headers, "POST", `/v1/approvals/${first!}/decision`, { decision: "approve", digest });
  const operator = { authorization: `Bearer ${it.steward.key}`, "x-forwarded-for": "10.8.0.2" };
  const token = await eventually("the mail", 15_000, async () => {
    type Mail = { content: { links: string[] } | null };
    const { items } = (await ask(operator, "GET", "/v1/installation/mail?limit=100")).json() as { items: Mail[] };
    for (const link of items.flatMap(({ content }) => content?.links ?? [])) {
      const found = /\/approve#([\w-]+)$/.exec(link)?.[1];
      const body = { token: found };
      const looked = found && (await it.steward.call("POST", "/v1/approval-links/look", { body }));
      if (looked && looked.text.includes(second!)) return found;
    }
    return null;
  });
  const seen = (await ask({}, "POST", "/v1/approval-links/look", { token })).json() as { approval: { digest: string } };
  await ask({}, "POST", "/v1/approval-links/decide", { token, decision: "reject", digest: seen.approval.digest });
});

test("a provider is looked at, its consent asked for by the project's own client, and the client erased", async () => {
  const by = it.b.owner.headers;
  await ask(by, "GET", "/v1/connectors/gmail");
  await ask(by, "POST", "/v1/connections/only-b/consent", { actions: ["gmail.send"] });
  await ask(by, "DELETE", "/v1/oauth-clients/gmail");
});

test("a person looks at an invitation, takes it, leaves, and ends what is theirs", async () => {
  const { things } = it.b;
  const [token] = things.invitationToken;
  const at = `/v1/organizations/${things.organization[0]}`;
  const invited = await person("invited0");
  await ask({}, "POST", "/v1/invitations/look", { token });
  await ask(invited, "POST", "/v1/invitations/accept", { token });
  await ask(invited, "POST", `${at}/leave`);
  await again("invited0"); // the newest, so the first of the list
  const { items } = (await ask(invited, "GET", "/v1/account/sessions")).json() as { items: { id: string }[] };
  await ask(invited, "DELETE", `/v1/account/sessions/${items[0]!.id}`);
  await ask(invited, "DELETE", "/v1/account/sessions");
  await ask(invited, "DELETE", "/v1/account");
  await ask(await again("invited0"), "POST", "/v1/account/restore");
  await ask(await again("invited0"), "DELETE", "/v1/session");
});

test("what needs a state of its own: finished, in doubt, deleted, another place", async () => {
  const { owner, things } = it.b;
  const by = owner.headers;
  const at = `/v1/organizations/${things.organization[0]}`;
  await ask(by, "POST", `/v1/runs/${things.run[3]}/retry`, {});
  await ask(by, "POST", `/v1/runs/${things.run[2]}/resolve`, { step: "call", how: "fail" });
  await ask(by, "POST", "/v1/flows/gone-b/restore");
  await ask(by, "POST", "/v1/agents/agent-gone-b/restore");
  await ask(by, "GET", `/v1/files/at?path=${encodeURIComponent(things.filePath[0]!)}`);
  await ask(by, "POST", "/v1/files/move", { from: things.filePath[0], to: "elsewhere/note.txt" });
  await ask(by, "POST", `/v1/files/${things.file[2]}/restore`, {});
  await ask(by, "POST", "/v1/files/delete-folder", { path: "elsewhere" });
  const rows = `/v1/tables/${things.table[0]}/rows`;
  const row = (await ask(by, "GET", `${rows}/${things.row[0]}`)).json() as { version: number };
  await ask(by, "PATCH", `${rows}/${things.row[0]}`, { version: row.version, values: { title: "changed" } });
  await ask(by, "POST", `${at}/keys/rotate`);
  await ask(by, "POST", `${at}/keys/retire`, { class: "organization", epoch: 1 });
  // As if their provider had begun it; who really comes by one is in sign-on-enforced.test.ts.
  const [account] = things.email;
  await it.admin.query({
    text: `update identity.session set "signedOnBy" = $1 where "userId" = (select id from identity."user" where email = $2)`,
    values: [it.b.organization, account!],
  });
  await ask(by, "PUT", `${at}/sign-on/enforcement`, { enforced: true });
  await ask(by, "PUT", `${at}/sign-on/enforcement`, { enforced: false });
  await ask(by, "DELETE", `${at}/invitations/${things.invitation[1]}`);
  const project = `${at}/projects/${things.project[2]}`;
  await ask(by, "POST", `${project}/restore`);
  await ask(by, "DELETE", project);
  await ask(by, "POST", `${project}/shred`, { slug: "gone-b" });
});

test("what takes away, as the document says, the innermost first", { timeout: 60_000 }, async () => {
  const { owner, things } = it.b;
  const at = `/v1/organizations/${things.organization[0]}`;
  const unused = { name: "Unused", permissions: [] };
  const role = String((await ask(owner.headers, "POST", `${at}/roles`, unused)).json()["id"]);
  await ask(owner.headers, "DELETE", `${at}/roles/${role}`);
  operations = operations.toSorted((one, other) => other.path.length - one.path.length);
  const own = /^\/v1\/(?:account|session|organizations\/\{organization\}$)/;
  await callPlainly(({ method, path }) => method === "DELETE" && !own.test(path));
  await ask(owner.headers, "DELETE", at);
  await ask(owner.headers, "POST", `${at}/restore`);
});

test("every route was answered with success, but for those that say where it is served", () => {
  const missing = NAMES.filter((name) => !served().has(name));
  expect(missing.toSorted()).toEqual(Object.keys(ELSEWHERE).toSorted());
});

test("every success was one that the table declares, and of the form that it declares", () => {
  const faults = it.steward.succeeded.flatMap((one) => {
    const name = routeOf(one);
    const route: Route | null = name === null ? null : routes[name];
    if (route === null) return [];
    const { status, text } = one.answer;
    const schema = route.answers[status];
    if (!schema) return [`${name} ${status} is not declared`];
    if (route.gives !== undefined || name === "runEvents") return [];
    const parsed = schema.safeParse(text === "" ? null : JSON.parse(text));
    return parsed.success ? [] : [`${name} ${status} ${parsed.error.message}`];
  });
  expect([...new Set(faults)]).toEqual([]);
});
