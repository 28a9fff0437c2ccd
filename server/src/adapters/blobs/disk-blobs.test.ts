import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { blobStoreSuite } from "./blob-store.testsuite.ts";
import { diskBlobs } from "./disk-blobs.ts";

const folder = mkdtempSync(path.join(tmpdir(), "steward-blobs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const store = diskBlobs(folder, () => randomBytes(6).toString("hex"));

blobStoreSuite("disk", () => store);

test("a put that fails leaves nothing behind", async () => {
  const address = randomBytes(32);
  // The draft's name is taken, as by a fault.
  const broken = diskBlobs(folder, () => "../../../../../../proc/no/such/folder");
  await expect(broken.put("p", address, Buffer.from("x"))).rejects.toThrow("ENOENT");
  expect(await store.get("p", address)).toBeNull();
  expect(
    readdirSync(path.join(folder, "p"), { recursive: true, withFileTypes: true }).filter((one) => one.isFile()),
  ).toEqual([]);
});

test("nobody else on the machine may read a blob", async () => {
  const address = randomBytes(32);
  await store.put("q", address, Buffer.from("x"));
  const name = address.toString("hex");
  const file = path.join(folder, "q", name.slice(0, 2), name);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
});

test("whoever reads while a blob is replaced reads the one or the other, whole", async () => {
  const address = randomBytes(32);
  const both = [Buffer.alloc(3_000_000, 1), Buffer.alloc(3_000_100, 2)];
  await store.put("r", address, both[0]!);
  const reads = Array.from({ length: 20 }, () => store.get("r", address));
  await store.replace("r", address, both[1]!);
  for (const read of await Promise.all(reads)) expect(both.some((bytes) => bytes.equals(read!))).toBe(true);
  expect(both[1]!.equals((await store.get("r", address))!)).toBe(true);
});
