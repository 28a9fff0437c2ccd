/** Gmail's connector against emulate's Google. */
import { ProviderError } from "@steward/sdk";
import { createEmulator } from "emulate";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answer, asking, drive, inTurn, type Driven, type Provider } from "../drive.testsuite.ts";
import { gmail } from "./connector.ts";

let origin = "";
let close: () => Promise<void>;
let provider: Provider;
const AUTHORIZATION = "Bearer ada-token";
beforeAll(async () => {
  const email = "ada@example.com";
  const seed = {
    tokens: { "ada-token": { login: email, scopes: [] } },
    google: {
      users: [{ email, name: "Ada Lovelace" }],
      labels: [{ id: "Label_7", user_email: email, name: "Orders" }],
      messages: [
        {
          id: "msg_order",
          user_email: email,
          from: "Ann Smith <ann@example.com>",
          to: email,
          subject: "Where is my order?",
          body_text: "I ordered a basket.",
          label_ids: ["INBOX", "UNREAD"],
          message_id: "<order@example.com>",
        },
      ],
    },
  };
  const server = await createEmulator({ service: "google", port: 0, seed });
  close = async () => await server.close();
  origin = server.url;
  const ask = asking(gmail, origin, AUTHORIZATION);
  provider = async (call, url) => {
    if (!url.pathname.endsWith("/profile")) return await ask(call, url);
    // Emulate has no profile; its watch tells the same history id.
    const watched = await fetch(`${origin}/gmail/v1/users/me/watch`, {
      method: "POST",
      headers: { authorization: AUTHORIZATION, "content-type": "application/json" },
      body: JSON.stringify({ topicName: "projects/p/topics/t" }),
    });
    const { historyId } = (await watched.json()) as { historyId: string };
    return answer({ emailAddress: email, historyId });
  };
});
afterAll(async () => await close());

async function perform(name: string, input: object): Promise<Driven<Record<string, unknown>>> {
  const action = gmail.actions[name]!;
  const driven = await drive(gmail, action.perform(action.input.parse(input), "key"), provider);
  expect(action.output.parse(driven.output)).toEqual(driven.output);
  return driven as Driven<Record<string, unknown>>;
}

async function failing(tried: Promise<unknown>): Promise<ProviderError["failure"]> {
  const error: unknown = await tried.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ProviderError)) throw new Error(`expected a failure of the provider, got ${String(error)}`);
  return error.failure;
}

test("an account is told by its address", async () => {
  const { output } = await drive(gmail, gmail.whoami(), provider);
  expect(output).toEqual({ account: "ada@example.com", label: "Ada Lovelace (ada@example.com)" });
});

test("a mail is sent as it was written and read again", async () => {
  const { output: sent } = await perform("send", {
    to: ["ann@example.com"],
    cc: ["bob@example.org"],
    subject: "Grüße aus Köln",
    text: "Schönen Gruß\nAda",
    html: "<b>Schönen Gruß</b>",
    attachments: [{ filename: "Übersicht.txt", mimeType: "text/plain", content: Buffer.from("Ä").toString("base64") }],
  });
  const { output: read } = await perform("get", { id: sent["id"] });
  expect(read).toMatchObject({
    to: "ann@example.com",
    cc: expect.stringContaining("bob@example.org"),
    text: expect.stringMatching(/^Schönen Gruß\r?\nAda/),
    html: expect.stringContaining("<b>Schönen Gruß</b>"),
    labelIds: expect.arrayContaining(["SENT"]),
  });
});

test("an attachment is found in a mail and read", async () => {
  const content = Buffer.from("day,sum\n1,2\n").toString("base64");
  const { output: sent } = await perform("send", {
    to: ["ada@example.com"],
    subject: "Report",
    text: "Here",
    attachments: [{ filename: "report.csv", mimeType: "text/csv", content }],
  });
  const { output: read } = await perform("get", { id: sent["id"] });
  expect(read["attachments"]).toMatchObject([{ filename: "report.csv", mimeType: "text/csv" }]);
  const [{ attachmentId }] = read["attachments"] as [{ attachmentId: string }];
  expect((await perform("get_attachment", { id: sent["id"], attachmentId })).output).toEqual({ size: 12, content });
});

test("an answer goes into the thread, and to whom the input says", async () => {
  const { output, calls } = await perform("reply", { id: "msg_order", to: ["ann@example.com"], text: "Tomorrow." });
  const { output: original } = await perform("get", { id: "msg_order" });
  expect(output["threadId"]).toBe(original["threadId"]);
  const { output: read } = await perform("get", { id: output["id"] });
  expect(read).toMatchObject({ subject: "Re: Where is my order?", to: "ann@example.com" });
  const { raw } = calls.at(-1)?.body as { raw: string };
  expect(Buffer.from(raw, "base64url").toString()).toMatch(
    /^In-Reply-To: <order@example\.com>\r\nReferences: <order@example\.com>\r\n/m,
  );
});

test("a draft is kept, and sent to nobody", async () => {
  const { output } = await perform("create_draft", { to: ["ann@example.com"], subject: "Later", text: "Perhaps." });
  const { output: read } = await perform("get", { id: (output["message"] as { id: string }).id });
  expect(read).toMatchObject({ subject: "Later", labelIds: expect.arrayContaining(["DRAFT"]) });
});

test("mails are found as in the search box, and listed with what they are", async () => {
  const { output: found } = await perform("search", { query: "subject:order from:ann" });
  expect(found["messages"]).toEqual(expect.arrayContaining([expect.objectContaining({ id: "msg_order" })]));
  const { output: listed } = await perform("list", { query: "from:ann@example.com" });
  expect(listed["messages"]).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ id: "msg_order", fromAddress: "ann@example.com", subject: "Where is my order?" }),
    ]),
  );
});

test("labels are put on and taken off by name", async () => {
  const { output } = await perform("change_labels", { id: "msg_order", add: ["orders"], remove: ["UNREAD"] });
  expect(output["labelIds"]).toEqual(expect.arrayContaining(["INBOX", "Label_7"]));
  expect(output["labelIds"]).not.toContain("UNREAD");
  expect((await failing(perform("change_labels", { id: "msg_order", add: ["Nowhere"] }))).kind).toBe("not_found");
  expect(gmail.actions["change_labels"]!.input.safeParse({ id: "msg_order", add: ["Trash"] }).success).toBe(false);
});

test("each mail that comes in starts one run, and what was there before starts none", async () => {
  const trigger = gmail.triggers["new_mail"]!;
  if (trigger.kind !== "poll") throw new Error("no poll");
  const settings = trigger.settings.parse({});
  const poll = async (cursor: unknown) =>
    (await drive(gmail, trigger.poll(settings, cursor as never), provider)).output;
  const first = await poll(null);
  expect(first.events).toEqual([]);
  expect((await poll(first.cursor)).events).toEqual([]);

  const raw = Buffer.from("From: Bob <bob@example.org>\r\nTo: ada@example.com\r\nSubject: New\r\n\r\nHello").toString(
    "base64url",
  );
  for (const n of [1, 2])
    await fetch(`${origin}/gmail/v1/users/me/messages/import`, {
      method: "POST",
      headers: { authorization: AUTHORIZATION, "content-type": "application/json" },
      body: JSON.stringify({ raw, labelIds: ["INBOX", "UNREAD"], n }),
    });
  const next = await poll(first.cursor);
  expect(next.events).toHaveLength(2);
  expect(next.events[0]).toEqual({
    key: expect.stringMatching(/\S/),
    data: expect.objectContaining({ fromAddress: "bob@example.org", subject: "New" }),
  });
  expect(new Set(next.events.map(({ key }) => key)).size).toBe(2);
  expect((await poll(next.cursor)).events).toEqual([]);
  // The same cursor once more: the same events under the same keys.
  expect((await poll(first.cursor)).events).toEqual(next.events);
});

const STORED = {
  id: "m1",
  threadId: "t1",
  labelIds: ["INBOX"],
  snippet: "",
  internalDate: "1793611801000",
  payload: { headers: [] },
};

test("more mails than one poll can read are told by the next ones, none of them twice", async () => {
  const trigger = gmail.triggers["new_mail"]!;
  if (trigger.kind !== "poll") throw new Error("no poll");
  const ids = Array.from({ length: 40 }, (_, n) => `m${n}`);
  const gmailOf40: Provider = (call, url) => {
    if (url.pathname.endsWith("/history")) {
      const from = url.searchParams.get("pageToken") === "2" ? 30 : 0;
      const page = ids.slice(from, from === 0 ? 30 : 40);
      const history = page.map((id) => ({ messagesAdded: [{ message: { id } }, { message: { id } }] }));
      return answer({ history, historyId: "99", ...(from === 0 ? { nextPageToken: "2" } : {}) });
    }
    expect(call.method).toBe("GET");
    return answer({ ...STORED, id: url.pathname.split("/").at(-1) ?? "" });
  };
  let cursor: unknown = { since: "1", page: null, pending: [], seenSeconds: null };
  const keys: string[] = [];
  for (let more = true, n = 0; more; n += 1) {
    if (n > 5) throw new Error("it never ends");
    const { output } = await drive(gmail, trigger.poll({ label: "INBOX" }, cursor as never), gmailOf40);
    keys.push(...output.events.map(({ key }) => key));
    ({ cursor, more } = output);
  }
  expect(keys).toEqual(ids);
  expect(cursor).toMatchObject({ since: "99", page: null, pending: [] });
});

test("when Gmail has forgotten the history, mails are found by their time", async () => {
  const trigger = gmail.triggers["new_mail"]!;
  if (trigger.kind !== "poll") throw new Error("no poll");
  const cursor = { since: "1", page: null, pending: [], seenSeconds: 1793611000 };
  const gone = answer(
    {
      error: {
        code: 404,
        message: "Requested entity was not found.",
        errors: [{ reason: "notFound" }],
        status: "NOT_FOUND",
      },
    },
    404,
  );
  const answers = [
    gone,
    answer({ messages: [{ id: "m2" }, { id: "m1" }] }),
    answer({ historyId: "500" }),
    answer(STORED),
    answer({ ...STORED, id: "m2" }),
  ];
  const { output, calls } = await drive(gmail, trigger.poll({ label: "INBOX" }, cursor), inTurn(answers));
  expect(calls[1]?.query).toMatchObject({ q: "after:1793611000", labelIds: "INBOX" });
  expect(output.events.map(({ key }) => key)).toEqual(["m1", "m2"]);
  expect(output.cursor).toMatchObject({ since: "500", seenSeconds: 1793611801 });
  const unseen = await drive(
    gmail,
    trigger.poll({ label: "INBOX" }, { ...cursor, seenSeconds: null }),
    inTurn([gone, answer({ historyId: "7" })]),
  );
  expect(unseen.output).toMatchObject({ events: [], cursor: { since: "7" } });
});

test("what Google refuses is told apart", async () => {
  expect((await failing(perform("get", { id: "nothere" }))).kind).toBe("not_found");
  const refused = (reason: string, status: number) =>
    gmail.failure(
      answer({ error: { code: status, message: "No.", errors: [{ domain: "usageLimits", reason }] } }, status),
    );
  expect(refused("userRateLimitExceeded", 403)?.kind).toBe("rate_limited");
  expect(refused("insufficientPermissions", 403)).toEqual({
    kind: "not_available",
    message: "No. (insufficientPermissions)",
  });
  expect(refused("authError", 401)?.kind).toBe("reauth_required");
  expect(refused("backendError", 503)?.kind).toBe("unavailable");
  expect(
    gmail.failure(
      answer(
        {
          error: {
            code: 403,
            message: "Slow down",
            status: "RESOURCE_EXHAUSTED",
            details: [{ reason: "RATE_LIMIT_EXCEEDED" }],
          },
        },
        403,
      ),
    )?.kind,
  ).toBe("rate_limited");
  expect(gmail.failure(answer({ error: "invalid_token", error_description: "Expired" }, 401))?.kind).toBe(
    "reauth_required",
  );
});

test("a mail without a body, or with more than a mail takes, is refused before any call", () => {
  const { input } = gmail.actions["send"]!;
  const mail = { to: ["ann@example.com"], subject: "x", text: "x" };
  expect(input.safeParse(mail).success).toBe(true);
  expect(input.safeParse({ ...mail, text: undefined }).success).toBe(false);
  expect(input.safeParse({ ...mail, to: [] }).success).toBe(false);
  expect(input.safeParse({ ...mail, to: ["ann@example.com\r\nBcc: x@example.com"] }).success).toBe(false);
  const content = "A".repeat(4_000_000);
  const attachments = [1, 2].map((n) => ({ filename: `${n}.bin`, mimeType: "application/octet-stream", content }));
  expect(input.safeParse({ ...mail, attachments }).success).toBe(false);
});
