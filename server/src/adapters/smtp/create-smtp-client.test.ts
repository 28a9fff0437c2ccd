import net from "node:net";
import { expect, test } from "vitest";
import { ALLOW_NOTHING, parseAllowList } from "../../core/egress/allow-list.ts";
import type { OwnMail } from "../../core/ports/smtp-client.ts";
import { parseSmtpUrl } from "../../core/smtp-url.ts";
import { createSmtpClient, type SmtpClientOptions } from "./create-smtp-client.ts";
import { certificate, HOST, mailServer, rawServer } from "./smtp.testsuite.ts";

const MAIL: OwnMail = {
  id: "q7_0",
  from: "orders@example.com",
  fromName: "Bestellungen Größe",
  to: ["ada@example.org", "bob@example.org"],
  cc: ["carl@example.org"],
  bcc: ["dora@example.org"],
  replyTo: "help@example.com",
  subject: "Your order – no. 7",
  text: "It is on its way.",
  html: "<p>It is on its way.</p>",
  attachments: [{ name: "bill ü.pdf", type: "application/pdf", bytes: Buffer.from("%PDF canary") }],
  createdMs: Date.UTC(2026, 10, 21),
};

function send(port: number, mail: Partial<OwnMail> = {}, more: Partial<SmtpClientOptions> = {}, scheme = "smtp") {
  const client = createSmtpClient({
    allow: parseAllowList(`${HOST}:${port}`),
    nowMs: () => performance.now(),
    // Elsewhere in the operator's network, which opened it.
    resolve: async () => ["10.1.1.1"],
    connect: (_address, to) => net.connect({ host: "127.0.0.1", port: to }),
    ca: certificate.cert,
    ...more,
  });
  const sending = {
    timeoutMs: 5_000,
    partition: "one",
    signal: new AbortController().signal,
    beforeFirstByte: () => true,
  };
  const server = { ...parseSmtpUrl(`${scheme}://${HOST}:${port}`)!, auth: { user: "ann", pass: "pa ss" } };
  return client.send(server, { ...MAIL, ...mail }, sending).finally(() => client.close());
}

test("a message goes to all of its recipients, with text, HTML and attachments, and nobody sees who gets it unseen", async () => {
  const server = await mailServer();
  expect(await send(server.port)).toMatchObject({ kind: "accepted", status: 250 });
  expect(server.recipients).toEqual(["ada@example.org", "bob@example.org", "carl@example.org", "dora@example.org"]);
  expect(server.signIns).toEqual(["ann:pa ss"]);
  const message = server.messages[0] ?? "";
  expect(message).toMatch(/^To: ada@example\.org, bob@example\.org\r\n/m);
  expect(message).toMatch(/^Cc: carl@example\.org\r\n/m);
  expect(message).toMatch(/^Reply-To: help@example\.com\r\n/m);
  expect(message).toMatch(/^Message-ID: <q7_0@example\.com>\r\n/m);
  expect(message).toMatch(/^Date: Sat, 21 Nov 2026 00:00:00 \+0000\r\n/m);
  expect(message).toMatch(/^Content-Type: application\/pdf/m);
  expect(message).toContain(Buffer.from("%PDF canary").toString("base64"));
  expect(message).not.toMatch(/dora|Bcc/i);
});

test("recipients that the server does not take are told, the others get it", async () => {
  const server = await mailServer({
    onRcptTo({ address }, _session, done) {
      if (address.startsWith("bob@")) done(Object.assign(new Error("unknown"), { responseCode: 550 }));
      else done();
    },
  });
  expect(await send(server.port)).toMatchObject({ kind: "accepted", refused: ["bob@example.org"] });
  expect(server.messages).toHaveLength(1);
});

test("nobody taken is a refusal for good", async () => {
  const server = await mailServer({
    onRcptTo: (_address, _session, done) => done(Object.assign(new Error("unknown"), { responseCode: 550 })),
  });
  expect(await send(server.port)).toMatchObject({ kind: "rejected", permanent: true, status: 550 });
});

test("a sign-in that is refused says so, without the server's words", async () => {
  const server = await mailServer({ onAuth: (_auth, _session, done) => done(new Error("canary")) });
  const answer = await send(server.port);
  expect(answer).toMatchObject({ kind: "unsent", code: "mail_sign_in" });
  expect(JSON.stringify(answer)).not.toMatch(/canary|pa ss/);
});

test("a message that was handed over without an answer is unknown", async () => {
  const server = await rawServer(() => {
    let data = false;
    return (line) => {
      if (data) return line === "." ? "reset" : null;
      if (line === "DATA") data = true;
      if (line.startsWith("EHLO")) return "250-here\r\n250 AUTH PLAIN";
      if (line.startsWith("AUTH")) return "235 in";
      return line === "DATA" ? "354 go on" : "250 ok";
    };
  });
  const near = { resolve: async () => ["127.0.0.1"] };
  expect(await send(server.port, {}, near)).toMatchObject({ kind: "unknown", code: "reset" });
});

test("M4 on the public internet only ports of submission are used; others the operator opens", async () => {
  const server = await mailServer();
  const far = { allow: ALLOW_NOTHING, resolve: async () => ["203.0.114.7"] };
  expect(await send(server.port, {}, far)).toMatchObject({ kind: "refused", code: "address_forbidden" });
  expect(await send(25, {}, far)).toMatchObject({ kind: "refused", code: "address_forbidden" });
  const near = { allow: ALLOW_NOTHING, resolve: async () => ["10.0.0.7"] };
  expect(await send(587, {}, near)).toMatchObject({ kind: "refused", code: "address_forbidden" });
  expect(server.messages).toEqual([]);
});

test.each<[string, Partial<OwnMail>]>([
  ["a recipient", { to: ["a@b.example\r\nBcc: evil@x.example"] }],
  ["a name", { fromName: "x\r\nBcc: evil@x.example" }],
  ["a subject", { subject: "x\nBcc: evil@x.example" }],
  ["a file's name", { attachments: [{ name: "x\r\ny", type: "a/b", bytes: Buffer.from("") }] }],
])("%s that begins another header is a bug, and nothing is sent", async (_what, mail) => {
  const server = await mailServer();
  await expect(send(server.port, mail)).rejects.toThrow("invariant");
  expect(server.messages).toEqual([]);
});

test("who is let in is told apart from who is not, and nothing is sent by it", async () => {
  const server = await mailServer({
    onAuth: ({ password }, _session, done) =>
      password === "pa ss" ? done(null, { user: "ann" }) : done(new Error("no")),
  });
  const client = createSmtpClient({
    allow: parseAllowList(`${HOST}:${server.port}`),
    nowMs: () => performance.now(),
    resolve: async () => ["10.1.1.1"],
    connect: (_address, to) => net.connect({ host: "127.0.0.1", port: to }),
    ca: certificate.cert,
  });
  const sending = {
    timeoutMs: 5_000,
    partition: "one",
    signal: new AbortController().signal,
    beforeFirstByte: () => true,
  };
  const enter = (pass: string) =>
    client.signIn({ ...parseSmtpUrl(`smtp://${HOST}:${server.port}`)!, auth: { user: "ann", pass } }, sending);
  expect(await enter("pa ss")).toMatchObject({ kind: "accepted" });
  expect(await enter("another")).toMatchObject({ kind: "unsent", code: "mail_sign_in" });
  expect([server.messages, server.recipients]).toEqual([[], []]);
  await client.close();
});
