import { createPublicKey, hkdfSync, verify } from "node:crypto";
import { expect, test } from "vitest";
import { keyProcess, masterKey, toolsOf } from "./key-tools.testsuite.ts";
import { countingRandom, memoryKeyFiles, MASTER, NOW_MS } from "./keyring.testsuite.ts";
import { localMasterKey } from "./local-master-key.ts";
import { MasterKeys } from "./master-keys.ts";
import { INSTALLATION_PURPOSES, openInstallationSecrets } from "./open-installation-secrets.ts";
import { openMasterKey } from "./open-master-key.ts";
import { openSigningKey } from "./open-signing-key.ts";
import { rotateMaster } from "./rotate-master.ts";
import { rotateSigningKey } from "./rotate-signing-key.ts";

const HEAD = Buffer.from("head 1");
const because = (reason: string) => expect.objectContaining({ name: "SealError", reason });
const spki = (publicKey: string) =>
  createPublicKey({ key: Buffer.from(publicKey, "base64url"), format: "der", type: "spki" });

test("what is signed verifies with the public key alone, in both its forms", async () => {
  const key = await openSigningKey(keyProcess(memoryKeyFiles()));
  const signature = key.sign(HEAD);
  expect(signature).toHaveLength(64);
  expect(verify(null, HEAD, spki(key.publicKey), signature)).toBe(true);
  expect(verify(null, HEAD, key.publicKeyPem, signature)).toBe(true);
  expect(verify(null, Buffer.from("head 2"), key.publicKeyPem, signature)).toBe(false);
  expect(key.publicKeyPem).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
  expect(key.keyId).toMatch(/^[0-9a-f]{16}$/);
});

test("processes that sign for the first time at once agree on the key", async () => {
  const files = memoryKeyFiles();
  const keys = await Promise.all(Array.from({ length: 4 }, () => openSigningKey(keyProcess(files))));
  expect(new Set(keys.map(({ keyId }) => keyId)).size).toBe(1);
  const secrets = await Promise.all(Array.from({ length: 4 }, () => openInstallationSecrets(keyProcess(files))));
  expect(new Set(secrets.map((secret) => secret("scim").toString("hex"))).size).toBe(1);
});

test("after rotations the eldest public key is still listed, and what it signed verifies", async () => {
  const process = keyProcess(memoryKeyFiles());
  const first = await openSigningKey(process);
  const signature = first.sign(HEAD);
  const second = await rotateSigningKey(toolsOf(process));
  const third = await rotateSigningKey(toolsOf(process));
  const list = await first.list();
  expect(list.map(({ keyId, state }) => [keyId, state])).toEqual([
    [first.keyId, "retired"],
    [second.keyId, "retired"],
    [third.keyId, "active"],
  ]);
  expect(verify(null, HEAD, spki(list[0]!.publicKey), signature)).toBe(true);
  expect((await openSigningKey(process)).keyId).toBe(third.keyId);
});

test("rotating the master key gives a new signing key once, and keeps the secrets", async () => {
  const files = memoryKeyFiles();
  await openMasterKey({ given: MASTER, files, fillRandom: () => {}, nowMs: () => NOW_MS });
  const process = keyProcess(files);
  const first = await openSigningKey(process);
  const secret = (await openInstallationSecrets(process))("rate_limit");
  const to = masterKey("cd".repeat(32));
  for (let time = 0; time < 2; time++) await rotateMaster(toolsOf(process), masterKey(), to);
  const after = keyProcess(files, to);
  const second = await openSigningKey(after);
  expect((await second.list()).map(({ keyId }) => keyId)).toEqual([first.keyId, second.keyId]);
  expect((await openInstallationSecrets(after))("rate_limit")).toEqual(secret);
});

test("a public key that was put in the place of another is noticed", async () => {
  const files = memoryKeyFiles();
  const process = keyProcess(files);
  const { publicKey } = await openSigningKey(process);
  const other = await openSigningKey(keyProcess(memoryKeyFiles()));
  const text = Buffer.from(files.files.get("signing")!).toString();
  files.files.set("signing", Buffer.from(text.replace(publicKey, other.publicKey)));
  await expect(openSigningKey(process)).rejects.toThrow(because("tampered"));
  files.files.set("signing", Buffer.from(text.replace(/,\s*"publicKey": "[^"]*"/, "")));
  await expect(openSigningKey(process)).rejects.toThrow(because("format"));
});

test("secrets differ by purpose and by installation, and neither prints the key", async () => {
  const [one, two] = await Promise.all([1, 2].map(() => openInstallationSecrets(keyProcess(memoryKeyFiles()))));
  const secrets = [one!, two!].flatMap((secret) =>
    INSTALLATION_PURPOSES.map((purpose) => secret(purpose).toString("hex")),
  );
  expect(new Set(secrets).size).toBe(2 * INSTALLATION_PURPOSES.length);
  expect(secrets[0]).toMatch(/^[0-9a-f]{64}$/);
});

test("known answers: the files and what is derived from them", async () => {
  const files = memoryKeyFiles();
  const fillRandom = countingRandom();
  const master = new MasterKeys(localMasterKey(MASTER, "the test", fillRandom));
  const sources = { files, master, fillRandom, nowMs: () => NOW_MS };
  const secret = (await openInstallationSecrets(sources))("identity");
  const key = Buffer.from(Array.from({ length: 32 }, (_, at) => at));
  const info = Buffer.from("\0\0\0\x0cinstallation\0\0\0\x08identity");
  expect(secret).toEqual(Buffer.from(hkdfSync("sha256", key, "steward keys 1", info, 32)));
  const { publicKey } = await openSigningKey(sources);
  for (const name of ["installation", "signing"] as const) {
    const { keys, format } = JSON.parse(Buffer.from(files.files.get(name)!).toString());
    expect(format).toBe(1);
    expect(keys[name]).toEqual([
      {
        epoch: 1,
        state: "active",
        createdAt: "2026-11-21T12:00:00.000Z",
        wrappedBy: "master:771ba65b06876333",
        wrapped: expect.stringMatching(/^[\w-]{80}$/),
        ...(name === "signing" ? { publicKey } : {}),
      },
    ]);
  }
  expect(publicKey).toMatch(/^MCowBQYDK2VwAyEA[\w-]{43}$/);
});
