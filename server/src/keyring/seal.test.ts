import { randomFillSync } from "node:crypto";
import { inspect } from "node:util";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { CONTENT_PURPOSES, type Place } from "./keyring.ts";
import { newKeyring, OTHER_PROJECT, ORGANIZATION, PROJECT, RUN } from "./keyring.testsuite.ts";
import { NoncePool } from "./nonce-pool.ts";
import { openCredential } from "./open-credential.ts";
import { SealError } from "./seal-error.ts";

const { keyring, keys } = await newKeyring();
const other = await keyring.project(ORGANIZATION, OTHER_PROJECT);
const OTHER_RUN = RUN.replace("cc", "dd");

const u16 = fc.integer({ min: 0, max: 0xffff });
const place: fc.Arbitrary<Place> = fc.record({ table: u16, column: u16 });
const row = fc.uint8Array({ minLength: 16, maxLength: 40 });
const plain = fc.uint8Array({ maxLength: 300 });
const purpose = fc.constantFrom(...CONTENT_PURPOSES);

/** The reason for which it does not open. */
function refusal(open: () => unknown): string {
  try {
    open();
  } catch (error) {
    if (error instanceof SealError) return error.reason;
    throw error;
  }
  return "opened";
}

test("what is sealed opens again, for every purpose, place, row and content", () => {
  fc.assert(
    fc.property(purpose, place, row, plain, (why, where, id, content) => {
      const sealed = keys.seal(why, where, id, content);
      expect(sealed.length).toBe(33 + content.length);
      expect(keys.open(why, where, id, sealed)).toEqual(Buffer.from(content));
    }),
  );
});

test("a run opens what it sealed, also through keys derived again", () => {
  fc.assert(
    fc.property(fc.uuid(), place, row, plain, (run, where, id, content) => {
      const sealed = keys.run(run).seal(where, id, content);
      expect(keys.run(run).open(where, id, sealed)).toEqual(Buffer.from(content));
    }),
  );
});

test("any flipped bit is noticed", () => {
  fc.assert(
    fc.property(place, row, plain, fc.nat(), (where, id, content, at) => {
      const sealed = keys.run(RUN).seal(where, id, content);
      const bit = at % (sealed.length * 8);
      sealed[bit >> 3]! ^= 1 << (bit & 7);
      const expected = bit < 8 ? "format" : bit < 40 ? "epoch_unknown" : "tampered";
      expect(refusal(() => keys.run(RUN).open(where, id, sealed))).toBe(expected);
    }),
    { numRuns: 500 },
  );
});

test("sealed bytes open in no other row, table, column, purpose, run or project", () => {
  const at = { table: 7, column: 3 };
  const id = new Uint8Array(16).fill(5);
  const run = keys.run(RUN).seal(at, id, Buffer.from("secret"));
  const flow = keys.seal("flow", at, id, Buffer.from("secret"));
  const attempts: Record<string, () => unknown> = {
    "another row": () => keys.run(RUN).open(at, new Uint8Array(16).fill(6), run),
    "a longer row": () => keys.run(RUN).open(at, Uint8Array.of(...id, 0), run),
    "another table": () => keys.run(RUN).open({ table: 8, column: 3 }, id, run),
    "another column": () => keys.run(RUN).open({ table: 7, column: 4 }, id, run),
    "another run": () => keys.run(OTHER_RUN).open(at, id, run),
    "another project's run": () => other.run(RUN).open(at, id, run),
    "a run's bytes as a flow": () => keys.open("flow", at, id, run),
    "another purpose": () => keys.open("answer", at, id, flow),
    "another project": () => other.open("flow", at, id, flow),
  };
  for (const [name, open] of Object.entries(attempts)) expect([name, refusal(open)]).toEqual([name, "tampered"]);
});

test("truncated and invented bytes are refused as a SealError, whatever they are", () => {
  const headed = fc.uint8Array({ maxLength: 80 }).map((bytes) => Uint8Array.of(1, 0, 0, 0, 1, ...bytes));
  fc.assert(
    fc.property(fc.oneof(headed, fc.uint8Array({ maxLength: 80 })), (bytes) => {
      expect(refusal(() => keys.open("flow", { table: 1, column: 1 }, new Uint8Array(16), bytes))).not.toBe("opened");
    }),
    { numRuns: 1000 },
  );
  const sealed = keys.seal("flow", { table: 1, column: 1 }, new Uint8Array(16), Buffer.from("content"));
  for (let length = 0; length < sealed.length; length++) {
    const cut = sealed.subarray(0, length);
    const reason = refusal(() => keys.open("flow", { table: 1, column: 1 }, new Uint8Array(16), cut));
    expect([length, reason]).toEqual([length, length < 33 ? "format" : "tampered"]);
  }
});

test("sealing the same twice gives different bytes", () => {
  const at = { table: 1, column: 1 };
  const seal = () => keys.seal("flow", at, new Uint8Array(16), Buffer.from("same")).toString("hex");
  expect(seal()).not.toBe(seal());
});

test("nonces don't repeat over a million draws", () => {
  const nonces = new NoncePool(randomFillSync);
  const nonce = Buffer.alloc(12);
  const seen = new Set<string>();
  for (let index = 0; index < 1_000_000; index++) {
    nonces.draw(nonce, 0);
    seen.add(nonce.toString("latin1"));
  }
  expect(seen.size).toBe(1_000_000);
});

test("a nonce pool that can't be refilled gives nothing, and nothing twice", () => {
  let filled = 0;
  const nonces = new NoncePool((bytes) => {
    if (++filled === 2) throw new Error("no randomness");
    randomFillSync(bytes);
  });
  const draw = () => {
    const nonce = Buffer.alloc(12);
    nonces.draw(nonce, 0);
    return nonce.toString("hex");
  };
  const before = Array.from({ length: 341 }, draw);
  expect(draw).toThrow("no randomness");
  expect(before).not.toContain(draw());
});

test("credentials open through openCredential alone, under keys of their own", () => {
  const at = { table: 9, column: 1 };
  const id = new Uint8Array(16);
  const sealed = keys.seal("credential", at, id, Buffer.from("token"));
  expect(openCredential(keys, at, id, sealed).toString()).toBe("token");
  // @ts-expect-error the type refuses it too
  expect(() => keys.open("credential", at, id, sealed)).toThrow(/opened by the gate/);
  for (const content of CONTENT_PURPOSES) expect(refusal(() => keys.open(content, at, id, sealed))).toBe("tampered");
  expect(refusal(() => openCredential(keys, at, id, keys.seal("flow", at, id, Buffer.from("x"))))).toBe("tampered");
  expect(refusal(() => openCredential(other, at, id, sealed))).toBe("tampered");
});

test("a purpose that is not in the format is a bug, not a new key", () => {
  // @ts-expect-error the type refuses it too
  expect(() => keys.seal("flwo", { table: 1, column: 1 }, new Uint8Array(16), Buffer.of())).toThrow(/flwo/);
});

test("digests differ by purpose, project and the borders between parts", () => {
  const digests = [
    keys.digest("blob", "ab", "c"),
    keys.digest("blob", "a", "bc"),
    keys.digest("blob", "abc"),
    keys.digest("blob", "abc", ""),
    keys.digest("search", "abc"),
    other.digest("blob", "abc"),
  ].map((digest) => digest.toString("hex"));
  expect(new Set(digests).size).toBe(digests.length);
  expect(digests[0]).toHaveLength(64);
  expect(keys.digest("blob", "ä")).toEqual(keys.digest("blob", Buffer.from("ä")));
});

test("keys neither print nor serialize", () => {
  const run = keys.run(RUN);
  run.seal({ table: 1, column: 1 }, new Uint8Array(16), Buffer.of(1)); // derives a key
  for (const held of [keys, run, keyring]) {
    expect(inspect(held, { depth: null, showHidden: true, getters: true })).not.toMatch(/key-?object|buffer|uint8/i);
  }
  expect(JSON.stringify({ keys, run, keyring })).toBe(
    JSON.stringify({ keys: { project: PROJECT }, run: {}, keyring: {} }),
  );
});
