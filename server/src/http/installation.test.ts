import { afterEach, expect, test } from "vitest";
import { type HttpOptions, testHttp, type TestHttp, type TestPerson } from "../../test/http-server.ts";
import { showId } from "../core/id.ts";
import { createMail } from "../mail/create-mail.ts";
import { readActs } from "../people/people.testsuite.ts";
import { INSTALLATION, INSTALLATION_SCOPE } from "../store/installation.ts";
import { addOutbound, type OutboundRow } from "../store/outbound.ts";
import { inScope } from "../store/scope.ts";
import type { InstallationFacts } from "./installation.ts";

const servers: TestHttp[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

const FACTS = {
  version: "1.2.3",
  signUp: "invitation",
  minimumAge: 16,
  tls: "none",
  home: "/var/lib/steward",
} as const;

async function open(mail: InstallationFacts["mail"], more: HttpOptions = {}) {
  const http = await testHttp({ ...more, parts: { installation: { ...FACTS, mail }, ...more.parts } });
  servers.push(http);
  const operator = await http.signIn({ operator: true, secondFactor: true });
  const { database } = http.db;
  const { clock, ids, projects } = http.parts;
  const outbox = createMail({ keysOf: async (scope) => (await projects.get(scope)).keys, ids, clock });
  const write = (to: string): Promise<void> =>
    database.transaction((tx) =>
      outbox.send(tx, {
        to,
        template: "reset",
        values: { name: "Ada", link: "https://steward.test/r", lifeMinutes: 60 },
      }),
    );
  return { http, operator, write, database };
}

test("operators, and nobody else, see what the installation is and how large", async () => {
  const { http, operator, write } = await open({ host: "smtp.example.com", from: "steward@example.com" });
  await write("ada@example.org");
  const answer = await operator.call("GET", "/v1/installation");
  expect(answer.json()).toMatchObject({
    ...FACTS,
    mail: {
      state: "server",
      host: "smtp.example.com",
      from: "steward@example.com",
      counts: { queued: 1, sending: 0, sent: 0, failed: 0 },
    },
    organizations: 1,
    projects: 1,
    workers: 0,
    regions: [],
    databaseBytes: expect.any(Number),
  });
  const owner = await http.signIn({ secondFactor: true });
  const calls: [string, string][] = [
    ["GET", "/v1/installation"],
    ["GET", "/v1/installation/outbound"],
    ["GET", "/v1/installation/mail"],
    ["POST", "/v1/installation/mail/msg_00000000000000000000000000/retry"],
  ];
  for (const [method, path] of calls) {
    expect([path, (await owner.call(method, path)).status]).toEqual([path, 403]);
    expect([path, (await http.call(method, path, { anonymous: true })).status]).toEqual([path, 401]);
  }
});

test("the development inbox shows messages with their links, newest first, page by page", async () => {
  const { operator, write } = await open({ inbox: true });
  for (const name of ["ada", "bob", "eve"]) await write(`${name}@example.org`);
  const first = (await operator.call("GET", "/v1/installation/mail?limit=2")).json();
  expect(first).toMatchObject({
    items: [
      {
        id: expect.stringMatching(/^msg_/),
        template: "reset",
        status: "queued",
        content: { to: "eve@example.org", subject: "Set a new password", links: ["https://steward.test/r"] },
      },
      { content: { to: "bob@example.org" } },
    ],
  });
  const rest = (await operator.call("GET", `/v1/installation/mail?limit=2&cursor=${String(first["next"])}`)).json();
  expect(rest).toMatchObject({ items: [{ content: { to: "ada@example.org" } }], next: null });
  expect((await operator.call("GET", "/v1/installation/mail?cursor=x")).status).toBe(400);
});

test("who reads messages in the development inbox is in the audit, and not who merely lists what says nothing", async () => {
  const looks = async ({ db }: TestHttp) =>
    (await readActs(db, INSTALLATION)).filter(({ action }) => action === "mail.read");
  const inbox = await open({ inbox: true });
  await inbox.operator.call("GET", "/v1/installation/mail");
  expect(await looks(inbox.http)).toEqual([]);
  for (const name of ["ada", "bob"]) await inbox.write(`${name}@example.org`);
  await inbox.operator.call("GET", "/v1/installation/mail");
  const actor = showId("acc", inbox.operator.account);
  expect(await looks(inbox.http)).toMatchObject([{ actor, target: actor, facts: { messages: 2 } }]);
  const kept = await open({ inbox: false });
  await kept.write("ada@example.org");
  await kept.operator.call("GET", "/v1/installation/mail");
  expect(await looks(kept.http)).toEqual([]);
});

test.each<[string, InstallationFacts["mail"]]>([
  ["a mail server is set", { host: "smtp.example.com", from: "steward@example.com" }],
  ["others than this machine can call", { inbox: false }],
])("no word of any message is shown where %s", async (_, mail) => {
  const { operator, write } = await open(mail);
  await write("ada@example.org");
  const answer = await operator.call("GET", "/v1/installation/mail");
  expect(answer.json()).toMatchObject({ items: [{ status: "queued", content: null }] });
  expect(answer.text).not.toMatch(/ada@|steward\.test/);
});

test("a message that failed is sent anew on request; one that did not, or is not there, is refused", async () => {
  const { http, operator, write, database } = await open({ host: "smtp.example.com", from: "a@example.com" });
  await write("ada@example.org");
  const list = (await operator.call("GET", "/v1/installation/mail")).json()["items"] as { id: string }[];
  const retry = `/v1/installation/mail/${list[0]!.id}/retry`;
  expect(await code(operator, retry)).toBe("conflict");
  expect(await code(operator, "/v1/installation/mail/msg_00000000000000000000000001/retry")).toBe("not_found");
  expect(await code(operator, "/v1/installation/mail/nothing/retry")).toBe("not_found");
  await inScope(database, INSTALLATION_SCOPE, async (tx) => {
    await tx.query({ text: "update steward.outbox set status = 'failed', error_code = 'mail_rejected'" });
  });
  const answer = await operator.call("POST", retry);
  expect(answer.status).toBe(202);
  expect(answer.json()).toMatchObject({ status: "queued", attempt: 2, error: null, content: null });
  expect(http.logs).toEqual([]);
});

async function code(person: TestPerson, path: string): Promise<unknown> {
  return (await person.call("POST", path)).json()["code"];
}

test("the ledger is read hour by hour, page by page, without a gap or a repetition", async () => {
  const { operator, database } = await open({ inbox: true });
  const hourMs = Date.parse("2026-11-21T10:00:00Z");
  const rows = ["a", "b", "c", "d", "e"].map((name, index): OutboundRow => {
    const hour = hourMs + Math.floor(index / 3) * 3_600_000;
    const host = `${name}.example.com`;
    return { hour, host, port: 443, purpose: "identity", count: 1, bytes: null, firstAt: hour, lastAt: hour };
  });
  await addOutbound(database, rows);
  for (const limit of [1, 2, 3, 5]) {
    const hosts: unknown[] = [];
    let cursor = "";
    do {
      const query = `limit=${limit}${cursor === "" ? "" : `&cursor=${cursor}`}`;
      const page = (await operator.call("GET", `/v1/installation/outbound?${query}`)).json();
      hosts.push(...(page["items"] as { host: string }[]).map((item) => item.host[0]));
      cursor = typeof page["next"] === "string" ? page["next"] : "";
    } while (cursor !== "" && hosts.length < 20);
    expect([limit, hosts.join("")]).toEqual([limit, "deabc"]);
  }
  expect((await operator.call("GET", "/v1/installation/outbound?cursor=x")).status).toBe(400);
});
