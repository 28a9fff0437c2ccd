import net from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../core/json.ts";
import type { ImapAnswer, ImapTask } from "../../core/ports/imap-client.ts";
import type { OwnMail } from "../../core/ports/smtp-client.ts";
import { parseAllowList } from "../../core/egress/allow-list.ts";
import { DEBIANS_DOVECOT, mailbox, HOST, PASSWORD, startDovecot, type TestMailbox, USER } from "./imap.testsuite.ts";

const MAIL: OwnMail = {
  id: "m0",
  from: "bob@example.com",
  fromName: "Bob Ünlü",
  to: ["ann@example.com"],
  cc: [],
  bcc: [],
  replyTo: null,
  subject: "Wo bleibt die Bestellung? ☕",
  text: "Seit Montag warte ich.\r\nGrüße",
  html: "<p>Seit Montag warte ich.</p>",
  attachments: [{ name: "bestellung.bin", type: "application/octet-stream", bytes: Buffer.from([0, 255, 1, 254]) }],
  createdMs: Date.UTC(2026, 10, 2, 9, 30),
};

function resultOf(answer: ImapAnswer): JsonObject {
  if (answer.kind !== "answer") throw new Error(JSON.stringify(answer));
  return answer.result;
}

function textOf({ text }: JsonObject): string {
  return typeof text === "string" ? text : "";
}

type Shown = JsonObject & { readonly uid: number };

describe.runIf(DEBIANS_DOVECOT)("with Dovecot", () => {
  let server: TestMailbox;
  let count = 0;
  const open = (scheme: "imap" | "imaps" = "imaps") =>
    mailbox(`${scheme}://${HOST}:${server.ports[scheme]}`, { ca: server.ca });
  const ask = async (task: ImapTask): Promise<JsonObject> => resultOf(await open().ask(task));
  /** A mail in a folder, by its number. */
  const put = async (folder = "INBOX", more: Partial<OwnMail> = {}): Promise<number> => {
    count += 1;
    const mail = { ...MAIL, id: `m${count}`, ...more };
    return Number((await ask({ does: "append", folder, mail, flags: [] }))["uid"]);
  };
  const found = async (folder: string): Promise<readonly Shown[]> => {
    const answer = await ask({ does: "search", folder, criteria: {}, limit: 100, below: null });
    return answer["messages"] as unknown as readonly Shown[];
  };
  const at = (folder: string, ...uids: readonly number[]) => ({ folder, uids, uidValidity: null });

  beforeAll(async () => {
    server = await startDovecot();
  }, 30_000);
  afterAll(async () => await server.stop());

  test.each(["imaps", "imap"] as const)("lets the user in over %s, secured, and nobody else", async (scheme) => {
    expect(await open(scheme).ask({ does: "enter" })).toEqual({ kind: "answer", result: {} });
    const refused = await open(scheme).ask({ does: "enter" }, { password: "another" });
    expect(refused).toMatchObject({ kind: "refused", code: "mail_sign_in" });
    expect(JSON.stringify(refused)).not.toContain(USER);
  });

  test("says nothing to who can't prove to be the server", async () => {
    const { ports } = server;
    for (const url of [`imaps://${HOST}:${ports.imaps}`, `imap://other.test:${ports.imap}`]) {
      const ca = url.includes(HOST) ? {} : { ca: server.ca };
      const { ask: asks } = mailbox(url, {
        ...ca,
        allow: parseAllowList(`${HOST},other.test`),
        resolve: async () => ["127.0.0.1"],
      });
      const answer = await asks({ does: "enter" });
      // To this machine itself, opened by the operator, words may go without TLS.
      if (url.startsWith("imaps")) expect(answer).toMatchObject({ kind: "failed", code: "tls" });
    }
  });

  test("lists the folders and what they are for", async () => {
    const { folders } = await ask({ does: "list" });
    expect(folders).toEqual(
      expect.arrayContaining([
        { path: "INBOX", name: "INBOX", use: "\\Inbox", holdsMail: true },
        { path: "Drafts", name: "Drafts", use: "\\Drafts", holdsMail: true },
      ]),
    );
  });

  test("reads a mail with its texts, and what is attached to it, and leaves it unread", async () => {
    const uid = await put();
    const mail = await ask({ does: "read", at: at("INBOX", uid) });
    expect(mail).toMatchObject({
      uid,
      from: [{ name: "Bob Ünlü", address: "bob@example.com" }],
      to: [{ name: "", address: "ann@example.com" }],
      subject: MAIL.subject,
      date: "2026-11-02T09:30:00.000Z",
      messageId: `<m${count}@example.com>`,
      flags: [],
      html: expect.stringContaining("<p>Seit Montag warte ich.</p>"),
      truncated: false,
      attachments: [{ part: "2", name: "bestellung.bin", type: "application/octet-stream" }],
      headers: { "mime-version": "1.0" },
    });
    expect(textOf(mail).trim()).toBe("Seit Montag warte ich.\r\nGrüße");
    const part = await ask({ does: "attachment", at: at("INBOX", uid), part: "2", bytesMax: 100 });
    expect(part).toEqual({
      name: "bestellung.bin",
      type: "application/octet-stream",
      content: Buffer.from([0, 255, 1, 254]).toString("base64"),
    });
    expect((await found("INBOX")).find((one) => one.uid === uid)?.["flags"]).not.toContain("\\Seen");
  });

  test("a mail of one part, and texts that are too long", async () => {
    const uid = await put("INBOX", { html: null, attachments: [], text: "x".repeat(1_200_000) });
    const mail = await ask({ does: "read", at: at("INBOX", uid) });
    expect(mail).toMatchObject({ html: null, truncated: true, attachments: [] });
    expect(textOf(mail)).toHaveLength(1_000_000);
    const large = await put("INBOX", { attachments: [{ name: "a", type: "a/b", bytes: Buffer.alloc(2_000) }] });
    const cut = await open().ask({ does: "attachment", at: at("INBOX", large), part: "2", bytesMax: 1_999 });
    expect(cut).toMatchObject({ kind: "failed", code: "response_too_large" });
  });

  test("finds mails newest first, page by page, by what is asked for", async () => {
    const uids = [await put("Archive"), await put("Archive", { subject: "Rechnung 7" }), await put("Archive")];
    const search = (criteria: object, more: object = {}) =>
      ask({ does: "search", folder: "Archive", criteria, limit: 2, below: null, ...more });
    const first = await search({});
    expect((first["messages"] as unknown as Shown[]).map(({ uid }) => uid)).toEqual([uids[2], uids[1]]);
    const rest = await search({}, { below: first["next"] });
    expect((rest["messages"] as unknown as Shown[]).map(({ uid }) => uid)).toEqual([uids[0]]);
    expect(rest["next"]).toBeNull();
    expect((await search({ subject: "Rechnung" }))["messages"]).toMatchObject([
      { uid: uids[1], subject: "Rechnung 7" },
    ]);
    expect((await search({ from: "nobody" }))["messages"]).toEqual([]);
    expect((await search({ seen: false, since: "2026-11-01", before: "2026-11-03" }))["messages"]).toHaveLength(2);
    // What is searched for is a text, whatever stands in it.
    expect((await search({ subject: 'x" ALL {3}' }))["messages"]).toEqual([]);
  });

  test("marks, moves and deletes those that are named, and nothing when it is done again", async () => {
    const [one, two] = [await put(), await put()];
    const mark = { does: "mark", at: at("INBOX", one), add: ["\\Seen", "Bestellung"], remove: [] } as const;
    expect([await ask(mark), await ask(mark)]).toEqual([{ marked: 1 }, { marked: 1 }]);
    const flags = async (uid: number) => (await found("INBOX")).find((mail) => mail.uid === uid)?.["flags"];
    expect(await flags(one)).toEqual(expect.arrayContaining(["\\Seen", "Bestellung"]));
    await ask({ does: "mark", at: at("INBOX", one), add: [], remove: ["\\Seen"] });
    expect(await flags(one)).not.toContain("\\Seen");
    const move = { does: "move", at: at("INBOX", one), to: "Drafts" } as const;
    expect([await ask(move), await ask(move)]).toEqual([{ moved: 1 }, { moved: 0 }]);
    expect(await flags(one)).toBeUndefined();
    // What somebody else has marked to be deleted stays.
    const other = await put();
    await ask({ does: "mark", at: at("INBOX", other), add: ["\\Deleted"], remove: [] });
    const remove = { does: "delete", at: at("INBOX", two) } as const;
    expect([await ask(remove), await ask(remove)]).toEqual([{ deleted: 1 }, { deleted: 0 }]);
    expect(await flags(two)).toBeUndefined();
    expect(await flags(other)).toBeDefined();
  });

  test("a mail is put into a folder once, however often that is done", async () => {
    const append = { does: "append", folder: "Drafts", mail: { ...MAIL, id: "once" }, flags: ["\\Draft"] } as const;
    const [first, second] = [await ask(append), await ask(append)];
    expect(second).toEqual(first);
    expect(first["messageId"]).toBe("<once@example.com>");
    expect((await found("Drafts")).filter((mail) => mail["messageId"] === "<once@example.com>")).toHaveLength(1);
  });

  test("what is not there, and numbers of another numbering, are said", async () => {
    const gone = { kind: "failed", code: "provider_not_found" };
    const uid = await put();
    for (const task of [
      { does: "search", folder: "Nowhere", criteria: {}, limit: 1, below: null },
      { does: "read", at: at("INBOX", 999_999) },
      { does: "read", at: { ...at("INBOX", uid), uidValidity: "1" } },
      { does: "attachment", at: at("INBOX", uid), part: "9", bytesMax: 10 },
    ] as const)
      expect(await open().ask(task)).toMatchObject(gone);
    const move = await open().ask({ does: "move", at: at("INBOX", uid), to: "Nowhere" });
    expect(move).toMatchObject({ kind: "failed" });
    expect((await found("INBOX")).some((mail) => mail.uid === uid)).toBe(true);
  });

  test("new mails are those after the last one seen, in order and in portions", async () => {
    const first = await ask({ does: "new", folder: "INBOX", since: null, limit: 2 });
    expect(first).toMatchObject({ messages: [], more: false });
    const since = first["until"] as { readonly uidValidity: string; readonly uid: number };
    const next = (uid: number, uidValidity = since.uidValidity) =>
      ask({ does: "new", folder: "INBOX", since: { uidValidity, uid }, limit: 2 });
    expect(await next(since.uid)).toMatchObject({ messages: [], until: since });
    const uids = [await put(), await put(), await put()];
    const portion = await next(since.uid);
    expect((portion["messages"] as unknown as Shown[]).map(({ uid }) => uid)).toEqual(uids.slice(0, 2));
    expect(portion).toMatchObject({ more: true, until: { uid: uids[1] } });
    const rest = await next(uids[1]!);
    expect((rest["messages"] as unknown as Shown[]).map(({ uid }) => uid)).toEqual(uids.slice(2));
    expect(rest).toMatchObject({ more: false, until: { uid: uids[2] } });
    // Another numbering: nobody can tell what is new.
    expect(await next(1, "17")).toMatchObject({ messages: [], until: { uid: uids[2] } });
  });

  test("nothing leaves once it was cancelled, and nothing is changed when it is before the change", async () => {
    const uid = await put();
    const task = { does: "delete", at: at("INBOX", uid) } as const;
    const cancelled = { kind: "refused", code: "cancelled" };
    expect(await open().ask(task, { beforeFirstByte: () => false })).toMatchObject(cancelled);
    expect(await open().ask(task, { signal: AbortSignal.abort() })).toMatchObject(cancelled);
    let asked = 0;
    expect(await open().ask(task, { beforeFirstByte: () => (asked += 1) === 1 })).toMatchObject(cancelled);
    expect(asked).toBe(2);
    expect((await found("INBOX")).some((mail) => mail.uid === uid)).toBe(true);
  });
});

describe("with servers that don't behave", () => {
  const closing: (() => void)[] = [];
  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });

  /** Says `greeting`, and then to each line what `answer` says; null says nothing. */
  async function raw(
    greeting: string | null,
    answer: (line: string) => string | null,
  ): Promise<{ port: number; lines: string[] }> {
    const lines: string[] = [];
    const server = net.createServer((socket) => {
      closing.push(() => socket.destroy());
      socket.on("error", () => undefined);
      if (greeting !== null) socket.write(`${greeting}\r\n`);
      let read = "";
      socket.on("data", (piece) => {
        read += piece.toString("latin1");
        for (let end = read.indexOf("\r\n"); end !== -1; end = read.indexOf("\r\n")) {
          const line = read.slice(0, end);
          read = read.slice(end + 2);
          lines.push(line);
          const said = answer(line);
          if (said === "reset") socket.resetAndDestroy();
          else if (said !== null) socket.write(said);
        }
      });
    });
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    closing.push(() => void server.close());
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return { port: address.port, lines };
  }
  const tagOf = (line: string): string => line.split(" ", 1)[0]!;
  const GREETING = "* OK [CAPABILITY IMAP4rev1] ready";

  test("without TLS nothing is said to another machine, not even the user's name", async () => {
    const { port, lines } = await raw(GREETING, (line) => `${tagOf(line)} OK done\r\n`);
    // Opened by its name, an address of another network: the words would pass by others.
    const { ask: near } = mailbox(`imap://127.0.0.1:${port}`, { allow: parseAllowList("") });
    expect(await near({ does: "enter" })).toMatchObject({ kind: "refused", code: "address_forbidden" });
    expect(lines).toEqual([]);
  });

  test("a port of another protocol is not used on the public internet", async () => {
    const { ask: asks } = mailbox("imaps://mail.example.com:25", {
      allow: parseAllowList(""),
      resolve: async () => ["93.184.216.34"],
    });
    expect(await asks({ does: "enter" })).toMatchObject({ kind: "refused", code: "port_forbidden" });
  });

  test.each(["10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1"])(
    "a name that leads to %s leads nowhere",
    async (address) => {
      const { ask: asks } = mailbox("imaps://mail.example.com", {
        allow: parseAllowList(""),
        resolve: async () => [address],
      });
      expect(await asks({ does: "enter" })).toMatchObject({ kind: "refused", code: "address_forbidden" });
    },
  );

  test("one that says nothing is given up in time, and one that is cut off while it reads has failed", async () => {
    const silent = await raw(null, () => null);
    const { ask: asks } = mailbox(`imap://${HOST}:${silent.port}`);
    expect(await asks({ does: "enter" }, { timeoutMs: 200 })).toMatchObject({ kind: "failed", code: "timeout" });
    const cut = await raw(GREETING, (line) => (/LIST/.test(line) ? "reset" : `${tagOf(line)} OK done\r\n`));
    expect(await mailbox(`imap://${HOST}:${cut.port}`).ask({ does: "list" })).toMatchObject({ kind: "failed" });
  });

  test("one that is cut off after a change has left is unknown", async () => {
    const half = await raw("* OK [CAPABILITY IMAP4rev1 UIDPLUS MOVE] ready", (line) => {
      const [tag = "", ...rest] = line.split(" ");
      const command = rest.join(" ");
      if (/^(?:UID STORE|UID MOVE)/.test(command)) return "reset";
      if (/^(?:SELECT|EXAMINE)/.test(command))
        return `* 1 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 2] ok\r\n* OK [PERMANENTFLAGS (\\Seen \\Deleted \\*)] ok\r\n${tag} OK [READ-WRITE] done\r\n`;
      if (command.startsWith("UID SEARCH")) return `* SEARCH 1\r\n${tag} OK done\r\n`;
      if (/^(?:LIST|LSUB)/.test(command)) return `* LIST () "/" INBOX\r\n${tag} OK done\r\n`;
      return `${tag} OK done\r\n`;
    });
    const at = { folder: "INBOX", uids: [1], uidValidity: "7" };
    for (const task of [
      { does: "delete", at },
      { does: "move", at, to: "Archive" },
    ] as const)
      expect(await mailbox(`imap://${HOST}:${half.port}`).ask(task)).toMatchObject({ kind: "unknown", code: "reset" });
  });

  test("an answer without an end is given up, and none has the password in it", async () => {
    const endless = await raw(GREETING, (line) => {
      if (/LIST/.test(line)) return `* LIST () "/" {999999999999}\r\n`;
      return `${tagOf(line)} OK done\r\n`;
    });
    const answer = await mailbox(`imap://${HOST}:${endless.port}`).ask({ does: "list" }, { timeoutMs: 2_000 });
    expect(answer.kind).toBe("failed");
    expect(JSON.stringify(answer)).not.toContain(PASSWORD);
  });

  test("one that says more than 64 MB is given up as too large, long before its time is over", async () => {
    const lines = Array.from({ length: 10_000 }, (_, at) => `* LIST () "/" "f${at}-${"x".repeat(7_000)}"\r\n`).join("");
    const flood = await raw(GREETING, (line) => (/LIST/.test(line) ? lines : `${tagOf(line)} OK done\r\n`));
    const answer = await mailbox(`imap://${HOST}:${flood.port}`).ask({ does: "list" }, { timeoutMs: 15_000 });
    expect(answer).toMatchObject({ kind: "failed", code: "response_too_large" });
  }, 20_000);

  test("all that is under way ends at once with the client", async () => {
    const silent = await raw(null, () => null);
    const { client, ask: asks } = mailbox(`imap://${HOST}:${silent.port}`);
    const asked = asks({ does: "enter" });
    client.abortAll("revoked");
    expect(await asked).toMatchObject({ kind: "refused", code: "cancelled" });
    await client.close();
    expect(await asks({ does: "enter" })).toMatchObject({ kind: "refused", code: "cancelled" });
  });
});
