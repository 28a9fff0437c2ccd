import { randomBytes } from "node:crypto";
import { hashSync } from "bcryptjs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createPasswords, isImportedHash } from "./passwords.ts";

const passwords = createPasswords((count) => randomBytes(count));
const PASSWORD = "correct horse battery";
/** Of the reference implementation's tests (P-H-C/phc-winner-argon2, test.c), Argon2id version 1.3: m=65536, t=2, p=1. */
const REFERENCE = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

test("a password is kept as Argon2id with the chosen costs, each with a salt of its own (A1)", async () => {
  const [one, other] = await Promise.all([passwords.hash(PASSWORD), passwords.hash(PASSWORD)]);
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(one).not.toBe(other);
  expect(await passwords.verify(one, PASSWORD)).toBe(true);
  expect(await passwords.verify(one, `${PASSWORD} `)).toBe(false);
});

test("it is the Argon2id of everybody else", async () => {
  expect(await passwords.verify(REFERENCE, "password")).toBe(true);
  expect(await passwords.verify(REFERENCE, "differentpassword")).toBe(false);
});

test("imported bcrypt hashes are recognised and compared, dear ones not", async () => {
  const hash = hashSync(PASSWORD, 5);
  expect(isImportedHash(hash)).toBe(true);
  expect([await passwords.verify(hash, PASSWORD), await passwords.verify(hash, "another")]).toEqual([true, false]);
  expect(isImportedHash(hash.replace("$05$", "$31$"))).toBe(false);
  expect(await passwords.verify(hash.replace("$05$", "$31$"), PASSWORD)).toBe(false);
});

test("a hash of no form that is known is nobody's", async () => {
  const mangled = fc.oneof(
    fc.string(),
    fc.constantFrom(
      "",
      PASSWORD,
      REFERENCE.replace("argon2id", "argon2i"),
      REFERENCE.replace("v=19", "v=16"),
      REFERENCE.replace("65536", "99999999"),
    ),
  );
  await fc.assert(
    fc.asyncProperty(mangled, async (hash) => !(await passwords.verify(hash, PASSWORD))),
    { numRuns: 100 },
  );
});

test("hashing leaves the event loop free", async () => {
  let longestMs = 0;
  let lastMs = performance.now();
  const timer = setInterval(() => {
    longestMs = Math.max(longestMs, performance.now() - lastMs);
    lastMs = performance.now();
  }, 1);
  const bcrypt = hashSync(PASSWORD, 10);
  lastMs = performance.now();
  const begunMs = performance.now();
  await Promise.all([...Array.from({ length: 6 }, () => passwords.hash(PASSWORD)), passwords.verify(bcrypt, PASSWORD)]);
  const wholeMs = performance.now() - begunMs;
  clearInterval(timer);
  expect(longestMs).toBeLessThan(wholeMs / 2);
});

test("a flood waits, and beyond that is refused at once", async () => {
  const flood = createPasswords((count) => randomBytes(count));
  const all = await Promise.allSettled(Array.from({ length: 70 }, () => flood.hash(PASSWORD)));
  const refused = all.filter((one) => one.status === "rejected").map((one) => (one.reason as { code: string }).code);
  expect(refused).toEqual(Array.from({ length: 4 }, () => "overloaded"));
  expect(await flood.hash(PASSWORD)).toContain("$argon2id$");
});
