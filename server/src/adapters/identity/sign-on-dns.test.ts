/** TXT records from a real name server on loopback, of a few bytes of our own (RFC 1035, section 4). */
import { createSocket } from "node:dgram";
import { afterEach, expect, test } from "vitest";
import { dnsTextRecords } from "./sign-on-dns.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

type Reply = { readonly code: number; readonly texts: readonly (readonly string[])[] } | "silent" | "garbage";

/** Answers each question by what `reply` says of its name. */
async function nameServer(
  reply: (name: string) => Reply,
): Promise<{ readonly server: string; readonly asked: string[] }> {
  const socket = createSocket("udp4");
  const asked: string[] = [];
  socket.on("message", (query, peer) => {
    const name: string[] = [];
    let at = 12;
    for (let length = query[at]!; length > 0; length = query[at]!) {
      name.push(query.subarray(at + 1, at + 1 + length).toString());
      at += 1 + length;
    }
    const question = query.subarray(12, at + 5);
    asked.push(`${name.join(".")} ${question.readUInt16BE(question.length - 4)}`);
    const answer = reply(name.join("."));
    if (answer === "silent") return;
    if (answer === "garbage") return socket.send(Buffer.from("no DNS at all"), peer.port, peer.address);
    const records = answer.texts.map((pieces) => {
      const data = Buffer.concat(
        pieces.map((piece) => Buffer.concat([Buffer.from([piece.length]), Buffer.from(piece)])),
      );
      const head = Buffer.from([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60, data.length >> 8, data.length & 255]);
      return Buffer.concat([head, data]);
    });
    const header = Buffer.from([query[0]!, query[1]!, 0x81, 0x80 | answer.code, 0, 1, 0, records.length, 0, 0, 0, 0]);
    socket.send(Buffer.concat([header, question, ...records]), peer.port, peer.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  closers.push(() => socket.close());
  return { server: `127.0.0.1:${socket.address().port}`, asked };
}

test("records are found, those of several pieces as one text", async () => {
  const { server, asked } = await nameServer(() => ({
    code: 0,
    texts: [["v=spf1 -all"], ["steward-verification=", "abc"]],
  }));
  const texts = dnsTextRecords({ servers: [server] });
  expect(await texts.lookUp("example.com")).toEqual({
    kind: "found",
    records: ["v=spf1 -all", "steward-verification=abc"],
  });
  expect(asked).toEqual(["example.com 16"]);
});

test("a domain without records, and one that is not there, have none", async () => {
  const { server } = await nameServer((name) => ({ code: name === "gone.test" ? 3 : 0, texts: [] }));
  const texts = dnsTextRecords({ servers: [server] });
  expect(await texts.lookUp("empty.test")).toEqual({ kind: "missing" });
  expect(await texts.lookUp("gone.test")).toEqual({ kind: "missing" });
});

test.each<[string, Reply, string]>([
  ["that refuses", { code: 5, texts: [] }, "EREFUSED"],
  ["that fails", { code: 2, texts: [] }, "ESERVFAIL"],
  ["that is silent", "silent", "ETIMEOUT"],
  ["that sends no DNS", "garbage", "EBADRESP"],
])("a name server %s has not said that there are none", async (_what, reply, message) => {
  const { server } = await nameServer(() => reply);
  expect(await dnsTextRecords({ servers: [server], timeoutMs: 100 }).lookUp("example.com")).toEqual({
    kind: "failed",
    message,
  });
});
