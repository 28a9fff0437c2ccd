import { randomFillSync } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { KeyFiles } from "../core/ports/key-files.ts";
import { Crash, crashingAfter, keyProcess, masterKey, toolsOf } from "./key-tools.testsuite.ts";
import { memoryKeyFiles, MASTER, NOW_MS, ORGANIZATION, PROJECT } from "./keyring.testsuite.ts";
import { openInstallationSecrets } from "./open-installation-secrets.ts";
import { openKeyring } from "./open-keyring.ts";
import { openMasterKey, type MasterKeySources } from "./open-master-key.ts";
import { openSigningKey } from "./open-signing-key.ts";
import { rotateMaster } from "./rotate-master.ts";
import { rotateMasterFile } from "./rotate-master-file.ts";

const AT = { table: 7, column: 3 };
const ROW = new Uint8Array(16).fill(9);
const ELSEWHERE = "01234567-89ab-7cde-8f01-23456789ffff";
const [FROM, TO, THIRD] = [MASTER, "cd".repeat(32), "ef".repeat(32)];
type Files = ReturnType<typeof memoryKeyFiles>;

async function start(files: KeyFiles, keys: Pick<MasterKeySources, "given" | "former">) {
  const sources = { files, fillRandom: randomFillSync, nowMs: () => NOW_MS };
  const master = await openMasterKey({ ...sources, ...keys });
  return { ...sources, master, keyring: openKeyring({ ...sources, master, projectsMax: 10 }) };
}

/** A home with everything that a master key wraps, and what proves that it still opens. */
async function usedHome(given: string | undefined) {
  const files = memoryKeyFiles();
  const process = await start(files, { given });
  for (const organization of [ORGANIZATION, ELSEWHERE]) await process.keyring.createOrganization(organization);
  await process.keyring.createProject(ORGANIZATION, PROJECT);
  const keys = await process.keyring.project(ORGANIZATION, PROJECT);
  const sealed = keys.seal("flow", AT, ROW, Buffer.from("content"));
  const secret = (await openInstallationSecrets(process))("identity");
  const { keyId } = await openSigningKey(process);
  const expectOpen = async (now: Awaited<ReturnType<typeof start>>) => {
    expect((await now.keyring.project(ORGANIZATION, PROJECT)).open("flow", AT, ROW, sealed).toString()).toBe("content");
    expect((await openInstallationSecrets(now))("identity")).toEqual(secret);
    expect((await (await openSigningKey(now)).list())[0]).toMatchObject({ keyId });
    await now.keyring.createOrganization("01234567-89ab-7cde-8f01-234567890000");
  };
  return { files, process, expectOpen };
}

const textOf = (files: Files) => [...files.files.values()].map((bytes) => Buffer.from(bytes).toString()).join("\n");
const idOf = async (key: string) => (await masterKey(key).describe()).id;

test("after rotating the master key the new one opens everything alone, and the old one is refused", async () => {
  const { files, process, expectOpen } = await usedHome(FROM);
  const tools = toolsOf(process);
  expect(await rotateMaster(tools, masterKey(FROM), masterKey(TO))).toEqual({ rewrapped: 4 });
  expect(tools.words).toEqual([{ masterKey: await idOf(TO) }]);
  expect(textOf(files)).not.toContain(await idOf(FROM));
  await expectOpen(process);
  await expectOpen(await start(files, { given: TO }));
  await expect(start(files, { given: FROM })).rejects.toThrow(/is not the one this home's keys are wrapped with/);
});

test("killed between any two file operations, everything opens with both keys, and a repetition ends it", async () => {
  let operations = 0;
  const states = new Set<string>();
  for (let died = true; died; operations++) {
    const { files, process, expectOpen } = await usedHome(FROM);
    const dying = crashingAfter(files, operations);
    const tools = toolsOf({ ...process, files: dying });
    const outcome = await rotateMaster(tools, masterKey(FROM), masterKey(TO)).then(
      () => null,
      (error: unknown) => error,
    );
    died = dying.died();
    if (died) expect(outcome).toBeInstanceOf(Crash);
    const check = JSON.parse(Buffer.from(files.files.get("check")!).toString());
    states.add(check.next ? "announced" : check.masterKey.id === (await idOf(TO)) ? "ended" : "before");

    if (check.next) {
      const before = new Map(files.files);
      for (const given of [FROM, TO]) {
        await expect(start(files, { given })).rejects.toThrow(
          /rotation of the master key from .* to .* is not finished/,
        );
      }
      expect(files.files).toEqual(before);
    }
    const again = await start(files, { given: TO, former: FROM });
    await expectOpen(again);
    await rotateMaster(toolsOf(again), masterKey(FROM), masterKey(TO));
    await expectOpen(await start(files, { given: TO }));
    expect(textOf(files)).not.toContain(await idOf(FROM));
  }
  expect(states).toEqual(new Set(["before", "announced", "ended"]));
  expect(operations).toBeGreaterThan(20);
});

test("a home's own key file is rotated, killed as often as one likes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(40), { maxLength: 6 }), async (kills) => {
      const { files, process, expectOpen } = await usedHome(undefined);
      const { id } = await process.master.describe();
      for (const operations of kills) {
        const again = await start(files, { given: undefined });
        await expectOpen(again);
        await rotateMasterFile(toolsOf({ ...again, files: crashingAfter(files, operations) })).catch(() => {});
      }
      await rotateMasterFile(toolsOf(await start(files, { given: undefined })));
      const last = await start(files, { given: undefined });
      await expectOpen(last);
      expect((await last.master.describe()).id).not.toBe(id);
      expect(textOf(files)).not.toContain(id);
      expect(files.files.has("master-next")).toBe(false);
    }),
    { numRuns: 100 },
  );
});

test("a home moves from its key file to a given key, which needs both until it is done", async () => {
  const { files, expectOpen } = await usedHome(undefined);
  const both = await start(files, { given: TO, former: "file" });
  await expectOpen(both);
  const former = masterKey(Buffer.from(files.files.get("master")!).toString());
  await rotateMaster(toolsOf(both), former, masterKey(TO));
  files.files.delete("master");
  await expectOpen(await start(files, { given: TO }));
});

test("a wrong key, a third one, or one that can't unwrap, is refused before anything is changed", async () => {
  const { files, process } = await usedHome(FROM);
  const tools = toolsOf(process);
  const before = new Map(files.files);
  const rotate = (from: string, to: string) => rotateMaster(tools, masterKey(from), masterKey(to));
  await expect(rotate(THIRD, TO)).rejects.toThrow(/is not this home's master key/);
  await expect(rotate(FROM, FROM)).rejects.toThrow(/already/);
  const mute = { ...masterKey(TO), unwrap: async () => null };
  await expect(rotateMaster(tools, masterKey(FROM), mute)).rejects.toThrow(/does not unwrap what it wraps/);
  expect(files.files).toEqual(before);

  files.files.set(`organizations/${ELSEWHERE}`, Buffer.from("{"));
  await expect(rotate(FROM, TO)).rejects.toMatchObject({ reason: "format" });
  await expect(rotate(FROM, THIRD)).rejects.toThrow(/rotation to the master key .* is unfinished/);
  files.files.set(`organizations/${ELSEWHERE}`, before.get(`organizations/${ELSEWHERE}`)!);
  await rotate(FROM, TO);
});

test("an organization made while the rotation begins is under the new key in the end", async () => {
  const { files, process } = await usedHome(FROM);
  const late = "01234567-89ab-7cde-8f01-234567891111";
  const tools = toolsOf(process);
  const slow: KeyFiles = {
    ...files,
    create: async (name, bytes) => {
      await rotateMaster(tools, masterKey(FROM), masterKey(TO)); // all of it between the look and the file
      return await files.create(name, bytes);
    },
  };
  await openKeyring({ ...process, files: slow, projectsMax: 1 }).createOrganization(late);
  await (await start(files, { given: TO })).keyring.createProject(late, PROJECT.replace("aa", "ee"));
});

test("a process that was not given the successor makes no keys that would be lost, and says so", async () => {
  const { files, process } = await usedHome(FROM);
  await rotateMaster(toolsOf(process), masterKey(FROM), masterKey(TO));
  const deaf = keyProcess(files, masterKey(FROM));
  const make = deaf.keyring.createOrganization("01234567-89ab-7cde-8f01-234567892222");
  await expect(make).rejects.toMatchObject({ code: "unavailable" });
  await expect(make).rejects.toThrow(/the master key is now [0-9a-f]{16} .*restart it/);
  expect(await deaf.master.has(await idOf(FROM))).toBe(true);
  expect(await deaf.master.has(await idOf(TO))).toBe(false);
});
