import dgram from "node:dgram";
import { afterEach, expect, test } from "vitest";
import { AddressBook, resolveByDns, resolveBySystem } from "./resolve.ts";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const A = 1;
const AAAA = 28;

/** A name server on loopback: the addresses of a name as raw bytes by record type, or null for "no such name" (RFC 1035). */
async function nameServer(records: (type: number) => readonly number[][] | null): Promise<string> {
  const server = dgram.createSocket("udp4");
  server.on("message", (query, from) => {
    const end = query.indexOf(0, 12) + 1;
    const type = query.readUInt16BE(end);
    const found = records(type);
    const answers = (found ?? []).map((address) =>
      Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 0, 0, address.length, ...address]),
    );
    const head = Buffer.from([
      ...query.subarray(0, 2),
      0x81,
      found === null ? 0x83 : 0x80,
      0,
      1,
      0,
      answers.length,
      0,
      0,
      0,
      0,
    ]);
    server.send(Buffer.concat([head, query.subarray(12, end + 4), ...answers]), from.port, from.address);
  });
  await new Promise<void>((resolve) => void server.bind(0, "127.0.0.1", resolve));
  closing.push(() => void server.close());
  return `127.0.0.1:${server.address().port}`;
}

test("the name servers are asked for both families, and either is enough", async () => {
  const both = await nameServer((type) =>
    type === A
      ? [
          [93, 184, 215, 14],
          [10, 0, 0, 1],
        ]
      : [[0x26, 6, ...Array.from({ length: 13 }, () => 0), 1]],
  );
  expect(await resolveByDns([both])("both.example")).toEqual(["93.184.215.14", "10.0.0.1", "2606::1"]);
  const v4 = await nameServer((type) => (type === A ? [[1, 2, 3, 4]] : []));
  expect(await resolveByDns([v4])("v4.example")).toEqual(["1.2.3.4"]);
  const v6 = await nameServer((type) => (type === AAAA ? [Array.from({ length: 16 }, () => 0x20)] : null));
  expect(await resolveByDns([v6])("v6.example")).toEqual(["2020:2020:2020:2020:2020:2020:2020:2020"]);
});

test("a name without addresses is refused with the name server's reason", async () => {
  const none = await nameServer(() => null);
  await expect(resolveByDns([none])("none.example")).rejects.toThrow("ENOTFOUND");
});

test("names that the operator opened are asked of the system", async () => {
  const found = await resolveBySystem("localhost");
  expect(found.every((address) => address === "127.0.0.1" || address === "::1")).toBe(true);
  expect(found).not.toEqual([]);
});

test("localhost and the names below it are the machine itself and asked of nobody", async () => {
  const book = new AddressBook(
    () => Promise.reject(new Error("asked")),
    () => 0,
  );
  for (const name of ["localhost", "a.localhost"]) {
    expect((await book.lookup(name)).map(({ text }) => text)).toEqual(["127.0.0.1", "::1"]);
  }
  await expect(book.lookup("localhost.example")).rejects.toThrow("asked");
});

test("a failure is not remembered, what is no address is left out, and no more than 32 are kept", async () => {
  let turn = 0;
  const book = new AddressBook(
    async () => {
      turn += 1;
      if (turn === 1) throw new Error("down");
      return ["nonsense", "fe80::1%eth0", ...Array.from({ length: 100 }, (_, index) => `1.1.1.${index}`)];
    },
    () => 0,
  );
  await expect(book.lookup("a.example")).rejects.toThrow("down");
  const found = await book.lookup("a.example");
  expect(found.map(({ text }) => text)).toEqual(Array.from({ length: 30 }, (_, index) => `1.1.1.${index}`));
});

test("no more than a thousand names are asked for at once", async () => {
  const book = new AddressBook(
    () => new Promise(() => undefined),
    () => 0,
  );
  for (let index = 0; index < 1_000; index += 1) void book.lookup(`n${index}.example`);
  await expect(book.lookup("one-more.example")).rejects.toThrow("too many names");
});
