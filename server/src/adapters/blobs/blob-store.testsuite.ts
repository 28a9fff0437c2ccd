import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import type { BlobStore } from "../../core/ports/blob-store.ts";

const A = "01900000-0000-7000-8000-00000000000a";
const B = "01900000-0000-7000-8000-00000000000b";

/** What every blob store does. */
export function blobStoreSuite(name: string, open: () => BlobStore): void {
  test(`${name}: what was put is there, byte by byte, at any size`, async () => {
    const store = open();
    for (const size of [0, 1, 1024, 1_048_576 + 33, 5_000_000]) {
      const [address, bytes] = [randomBytes(32), randomBytes(size)];
      await store.put(A, address, bytes);
      expect(bytes.equals((await store.get(A, address))!)).toBe(true);
    }
  });

  test(`${name}: what was never put, and what was removed, is null`, async () => {
    const store = open();
    const address = randomBytes(32);
    expect(await store.get(A, address)).toBeNull();
    await store.put(A, address, Buffer.from("x"));
    await store.remove(A, address);
    expect(await store.get(A, address)).toBeNull();
    await store.remove(A, address);
    await store.put(A, address, Buffer.from("again"));
    expect((await store.get(A, address))?.toString()).toBe("again");
  });

  test(`${name}: of two puts one after another the first stays`, async () => {
    const store = open();
    const address = randomBytes(32);
    await store.put(A, address, Buffer.from("first"));
    await store.put(A, address, Buffer.from("second"));
    expect((await store.get(A, address))?.toString()).toBe("first");
  });

  test(`${name}: what replaces a blob is read from then on, and puts don't bring the old one back`, async () => {
    const store = open();
    const address = randomBytes(32);
    const [before, after] = [Buffer.alloc(300_000, 1), Buffer.alloc(300_100, 2)];
    await store.put(A, address, before);
    await store.replace(A, address, after);
    expect(after.equals((await store.get(A, address))!)).toBe(true);
    await store.put(A, address, before);
    expect(after.equals((await store.get(A, address))!)).toBe(true);
  });

  test(`${name}: of many puts at once one is there whole`, async () => {
    const store = open();
    const address = randomBytes(32);
    const offers = Array.from({ length: 8 }, (_, at) => Buffer.alloc(300_000, at));
    await Promise.all(offers.map((bytes) => store.put(A, address, bytes)));
    const kept = (await store.get(A, address))!;
    expect(offers.some((bytes) => bytes.equals(kept))).toBe(true);
  });

  test(`${name}: projects share no address`, async () => {
    const store = open();
    const address = randomBytes(32);
    await store.put(A, address, Buffer.from("a"));
    expect(await store.get(B, address)).toBeNull();
    await store.put(B, address, Buffer.from("b"));
    await store.remove(A, address);
    expect((await store.get(B, address))?.toString()).toBe("b");
  });

  test(`${name}: an address of another length is one as well`, async () => {
    const store = open();
    const address = randomBytes(16);
    await store.put(A, address, Buffer.from("short"));
    expect((await store.get(A, address))?.toString()).toBe("short");
  });
}
