import net from "node:net";
import { expect, test } from "vitest";
import { selfSigned } from "../../../test/self-signed.ts";
import { ALLOW_NOTHING } from "../../core/egress/allow-list.ts";
import { HOST, mailServer, MESSAGE, nearTransport, rawServer, sendBy, transport } from "./smtp.testsuite.ts";

/** On a busy machine. */
const SOON = { timeout: 15_000 };

test("a message is sent by STARTTLS to one recipient, with text and HTML, and noted", async () => {
  const server = await mailServer();
  const to = transport(`smtp://${HOST}:${server.port}`);
  expect(await sendBy(to)).toMatchObject({ kind: "accepted", status: 250 });
  expect(server.recipients).toEqual(["ada@example.org"]);
  expect(server.secured).toEqual([true]);
  const [message] = server.messages;
  expect(message).toMatch(/^From: Steward <steward@example\.com>\r\n/m);
  expect(message).toMatch(/^To: ada@example\.org\r\n/m);
  expect(message).toMatch(/^Subject: Confirm your mail address\r\n/m);
  expect(message).toMatch(/^Message-ID: <msg_1@example\.com>\r\n/m);
  expect(message).toMatch(/^Auto-Submitted: auto-generated\r\n/m);
  expect(message).toContain("https://steward.example.com/v?token=abc");
  await to.close();
  await expect.poll(() => to.noted, SOON).toEqual([`${HOST}:${server.port} mail`]);
});

test("smtps speaks TLS from the first byte, and user and password are sent within it", async () => {
  const server = await mailServer({ secure: true });
  const to = transport(`smtps://ada:pa%3Ass@${HOST}:${server.port}`);
  expect(await sendBy(to)).toMatchObject({ kind: "accepted" });
  expect(server.signIns).toEqual(["ada:pa:ss"]);
});

test("M2 a server whose certificate is another's, or signed by nobody known, gets nothing", async () => {
  const other = selfSigned("other.test");
  for (const secure of [true, false]) {
    const scheme = secure ? "smtps" : "smtp";
    const named = await mailServer({ ...other, secure });
    const wrongName = transport(`${scheme}://u:p@${HOST}:${named.port}`, { ca: other.cert });
    expect(await sendBy(wrongName)).toMatchObject({ kind: "unsent", code: "tls" });
    const server = await mailServer({ secure });
    const unknown = transport(`${scheme}://u:p@${HOST}:${server.port}`, { ca: other.cert });
    expect(await sendBy(unknown)).toMatchObject({ kind: "unsent", code: "tls" });
    expect([...named.messages, ...named.signIns, ...server.messages, ...server.signIns]).toEqual([]);
  }
});

test("M2 TLS below 1.2 is not spoken", async () => {
  const server = await mailServer({
    secure: true,
    minVersion: "TLSv1",
    maxVersion: "TLSv1.1",
    ciphers: "DEFAULT@SECLEVEL=0",
  });
  expect(await sendBy(transport(`smtps://${HOST}:${server.port}`))).toMatchObject({ kind: "unsent", code: "tls" });
});

test("M2 without STARTTLS nothing is sent, but to this machine itself where the operator opened it", async () => {
  const server = await mailServer({ hideSTARTTLS: true, disabledCommands: ["STARTTLS", "AUTH"] });
  expect(await sendBy(nearTransport(`smtp://${HOST}:${server.port}`))).toMatchObject({ kind: "accepted" });
  const elsewhere = transport(`smtp://u:p@${HOST}:${server.port}`);
  expect(await sendBy(elsewhere)).toMatchObject({ kind: "unsent", code: "tls" });
  expect(server.messages).toHaveLength(1);
});

test("M1 a server that is not on the public internet is refused, unless the operator opened it", async () => {
  const server = await mailServer();
  const to = nearTransport(`smtp://${HOST}:${server.port}`, { allow: ALLOW_NOTHING });
  expect(await sendBy(to)).toMatchObject({ kind: "refused", code: "address_forbidden" });
  const literal = nearTransport(`smtp://127.0.0.1:${server.port}`, { allow: ALLOW_NOTHING });
  expect(await sendBy(literal)).toMatchObject({ kind: "refused", code: "address_forbidden" });
  expect([...to.noted, ...literal.noted, ...server.messages]).toEqual([]);
});

test("a name that does not resolve and a port where nobody listens are known failures", async () => {
  const nameless = transport("smtp://mail.test:25", { resolve: async () => Promise.reject(new Error("ENOTFOUND")) });
  expect(await sendBy(nameless)).toMatchObject({ kind: "unsent", code: "dns" });
  const closed = transport(`smtp://${HOST}:25`, {
    connect: () => {
      const socket = new net.Socket();
      queueMicrotask(() => socket.destroy(new Error("ECONNREFUSED")));
      return socket;
    },
  });
  expect(await sendBy(closed)).toMatchObject({ kind: "unsent", code: "connect" });
});

const ADDRESSED = "550 5.1.1 <ada@example.org>: Recipient address rejected";

/** Answers a session's commands as a server would, but for those in `but`. Without TLS: this machine, opened. */
const session = (but: Readonly<Record<string, string | null>>) => (): ((line: string) => string | null) => {
  let inData = false;
  return (line) => {
    if (inData) {
      if (line !== ".") return null;
      inData = false;
      return but["."] === undefined ? "250 taken" : but["."];
    }
    const verb = /^[A-Z]+/.exec(line)?.[0] ?? "";
    if (verb in but) return but[verb] ?? null;
    if (verb === "EHLO") return "250-raw\r\n250 AUTH PLAIN";
    if (verb === "DATA") return ((inData = true), "354 go on");
    return verb === "AUTH" ? "235 welcome" : "250 ok";
  };
};

test.each([
  ["the recipient for good", { RCPT: ADDRESSED }, { kind: "rejected", permanent: true, status: 550 }],
  ["the recipient for now", { RCPT: "451 4.7.1 greylisted" }, { kind: "rejected", permanent: false, status: 451 }],
  ["the message for good", { ".": "554 5.7.1 no" }, { kind: "rejected", permanent: true, status: 554 }],
  ["the message for now", { ".": "452 4.2.2 full" }, { kind: "rejected", permanent: false, status: 452 }],
  ["the sender", { MAIL: "553 no" }, { kind: "rejected", permanent: false, status: 553 }],
  ["the sign-in", { AUTH: "535 5.7.8 no" }, { kind: "unsent", code: "mail_sign_in" }],
  ["everybody, soon closing", { EHLO: "421 closing" }, { kind: "rejected", permanent: false, status: 421 }],
])("a server that refuses %s says so, and its words are not passed on", async (_, but, expected) => {
  const server = await rawServer(session(but));
  const answer = await sendBy(nearTransport(`smtp://u:p@${HOST}:${server.port}`));
  expect(answer).toMatchObject(expected);
  expect(JSON.stringify(answer)).not.toMatch(/ada@|greylisted|Recipient address|u:p/);
});

test("R5 what is lost before the message is a known failure, after it unknown", async () => {
  const early = { EHLO: "reset", MAIL: "reset", RCPT: "reset", DATA: "reset" };
  for (const [verb, answer] of Object.entries(early)) {
    const server = await rawServer(session({ [verb]: answer }));
    const sent = await sendBy(nearTransport(`smtp://${HOST}:${server.port}`));
    expect({ verb, ...sent }).toMatchObject({ verb, kind: "unsent" });
  }
  const late = await rawServer(session({ ".": "reset" }));
  expect(await sendBy(nearTransport(`smtp://${HOST}:${late.port}`))).toMatchObject({ kind: "unknown", code: "reset" });
});

test("R5 a server that hangs is left in time: before the message known, after it unknown", async () => {
  const silent = await rawServer(() => () => null, null);
  const hung = await rawServer(session({ ".": null }));
  const [before, after] = await Promise.all([
    sendBy(nearTransport(`smtp://${HOST}:${silent.port}`), { timeoutMs: 50 }),
    sendBy(nearTransport(`smtp://${HOST}:${hung.port}`), { timeoutMs: 300 }),
  ]);
  expect(before).toMatchObject({ kind: "unsent", code: "connect_timeout" });
  expect(after).toMatchObject({ kind: "unknown", code: "timeout" });
});

test("E2 a sending that was cancelled sends no byte, whenever that is noticed before the message", async () => {
  const server = await rawServer(session({}));
  const to = nearTransport(`smtp://${HOST}:${server.port}`);
  const never = await sendBy(to, { beforeFirstByte: () => false });
  expect(never).toMatchObject({ kind: "refused", code: "cancelled" });
  expect(server.lines).toEqual([]);
  let asked = 0;
  const late = await sendBy(to, { beforeFirstByte: () => (asked += 1) === 1 });
  expect(late).toMatchObject({ kind: "refused", code: "cancelled" });
  expect(asked).toBe(2);
  expect(server.lines.at(-1)).toBe("DATA");
  const aborted = await sendBy(to, { signal: AbortSignal.abort() });
  expect(aborted).toMatchObject({ kind: "refused", code: "cancelled" });
});

test("R6 an abort, of one message or of all, ends what is in flight: unknown once the message had left", async () => {
  const hung = await rawServer(session({ ".": null }));
  const to = nearTransport(`smtp://${HOST}:${hung.port}`);
  const controller = new AbortController();
  const one = sendBy(to, { signal: controller.signal });
  const two = sendBy(to);
  await expect.poll(() => hung.lines.filter((line) => line === ".").length, SOON).toBe(2);
  controller.abort();
  expect(await one).toMatchObject({ kind: "unknown", code: "aborted" });
  to.abortAll("nothing was heard for 500 ms");
  expect(await two).toMatchObject({ kind: "unknown", code: "aborted" });
});

test("no more messages are on their way at once than allowed, and one that waits can be cancelled", async () => {
  const hung = await rawServer(session({ ".": null }));
  const to = nearTransport(`smtp://${HOST}:${hung.port}`, { sendingsMax: 1, waitingMax: 1 });
  const controller = new AbortController();
  const first = sendBy(to, { signal: controller.signal });
  await expect.poll(() => hung.lines.includes("."), SOON).toBe(true);
  const waits = new AbortController();
  const second = sendBy(to, { signal: waits.signal });
  await expect.poll(async () => (await sendBy(to)).kind, SOON).toBe("refused");
  waits.abort();
  expect(await second).toMatchObject({ kind: "refused", code: "cancelled" });
  expect(hung.lines.filter((line) => line.startsWith("EHLO"))).toHaveLength(1);
  controller.abort();
  expect((await first).kind).toBe("unknown");
});

test("a message whose fields are no plain text, or whose address is no address, is a bug and not a mail", async () => {
  const server = await mailServer();
  const to = transport(`smtp://${HOST}:${server.port}`);
  const bad: Partial<Record<keyof typeof MESSAGE, unknown>>[] = [
    { html: { path: "/etc/passwd" } },
    { text: { href: "http://127.0.0.1/" } },
    { to: "ada@example.org, eve@example.org" },
    { to: "ada@example.org\r\nBcc: eve@example.org" },
    { to: ["ada@example.org"] },
    { subject: "a\r\nBcc: eve@example.org" },
    { id: "a>\r\nX: y" },
  ];
  for (const change of bad) {
    const message = { ...MESSAGE, ...change } as typeof MESSAGE;
    await expect(sendBy(to, {}, message)).rejects.toThrow("invariant");
  }
  expect(server.messages).toEqual([]);
});
