import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fakeClock, type FakeClock } from "../../../test/engine.ts";
import { selfSigned } from "../../../test/self-signed.ts";
import { type Certificate, type CertificateFiles, readCertificate } from "./certificate.ts";
import { type CertificateWatch, watchCertificate } from "./watch-certificate.ts";

let folder: string;
let files: CertificateFiles;
let clock: FakeClock;
let used: Certificate[];
let logs: string[];
let watch: CertificateWatch | null = null;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "steward-tls-"));
  files = { cert: path.join(folder, "cert.pem"), key: path.join(folder, "key.pem") };
  [used, logs] = [[], []];
});
afterEach(() => {
  watch?.close();
  rmSync(folder, { recursive: true });
});

function put(made = selfSigned()): { key: string; cert: string } {
  writeFileSync(files.cert, made.cert);
  writeFileSync(files.key, made.key);
  return made;
}

function begin(startMs = Date.parse("2026-11-21T12:00:00Z")): CertificateWatch {
  clock = fakeClock(startMs);
  const log = (message: string): void => void logs.push(message.replaceAll(folder, ""));
  watch = watchCertificate({ files, first: readCertificate(files), use: (next) => void used.push(next), clock, log });
  return watch;
}

test("a certificate is read with the day on which it is over", () => {
  put();
  expect(readCertificate(files).expiresAtMs).toBe(Date.parse("2049-12-31T23:59:59Z"));
});

test("what can't serve is refused at the start, and says which file is wrong", () => {
  expect(() => readCertificate(files)).toThrow(/cert\.pem can't be read: ENOENT/);
  const made = put();
  writeFileSync(files.key, selfSigned().key);
  expect(() => readCertificate(files)).toThrow(/the key in .*key\.pem is not that of the certificate in .*cert\.pem/);
  writeFileSync(files.key, made.cert);
  expect(() => readCertificate(files)).toThrow(/key\.pem holds no key in PEM/);
  writeFileSync(files.cert, "certificate");
  expect(() => readCertificate(files)).toThrow(/cert\.pem holds no certificate in PEM/);
});

test("changed files are served within half a minute, unchanged ones are left alone", () => {
  put();
  begin();
  clock.advance(30_000);
  expect(used).toEqual([]);
  const next = put();
  clock.advance(30_000);
  expect(used.map(({ cert }) => cert)).toEqual([next.cert]);
  clock.advance(30_000);
  expect(used).toHaveLength(1);
});

test("a half-written pair changes nothing and is taken when it is whole", () => {
  put();
  begin();
  const next = selfSigned();
  writeFileSync(files.cert, next.cert);
  clock.advance(30_000);
  expect(used).toEqual([]);
  expect(logs.at(-1)).toContain("the one before is served");
  writeFileSync(files.key, next.key);
  clock.advance(30_000);
  expect(used.map(({ cert }) => cert)).toEqual([next.cert]);
});

test("a reload is at once", () => {
  put();
  const watched = begin();
  const next = put();
  watched.reload();
  expect(used.map(({ cert }) => cert)).toEqual([next.cert]);
});

test("the last three weeks are told once a day, and how many days are left is known", () => {
  put();
  const watched = begin(Date.parse("2049-12-12T12:00:00Z"));
  expect(watched.daysLeft()).toBe(19);
  expect(logs).toEqual(["the TLS certificate in /cert.pem expires in 19 days: renew it"]);
  clock.advance(30_000);
  expect(logs).toHaveLength(1);
  clock.advance(20 * 86_400_000);
  expect(logs.slice(1)).toEqual(["the TLS certificate in /cert.pem has expired: renew it"]);
});
