import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { activateEpoch, addEpoch, nextEpoch, type KeyEpoch } from "./key-file.ts";
import {
  editProjectFile,
  keyringOn,
  MASTER,
  newKeyring,
  NOW_MS,
  ORGANIZATION,
  PROJECT,
  RUN,
} from "./keyring.testsuite.ts";
import type { KeyFileName } from "../core/ports/key-files.ts";
import { secretKey } from "./derive-key.ts";
import { parseOrganizationKeyFile } from "./key-file.ts";
import { localMasterKey } from "./local-master-key.ts";
import { NoncePool } from "./nonce-pool.ts";
import { unwrapKey, wrapKey, type WrappingKey } from "./wrap-key.ts";
import { unwrapEpochs, wrapEpoch } from "./wrapped-epochs.ts";

const AT = { table: 7, column: 3 };
const ROW = new Uint8Array(16).fill(9);
const nonces = new NoncePool((bytes) => bytes.set(randomBytes(bytes.length)));

/** The organization's wrapping key, as rotation will hold it. */
async function organizationKey(files: Map<KeyFileName, Uint8Array>): Promise<WrappingKey> {
  const master = localMasterKey(MASTER, "the test", (bytes) => bytes.set(randomBytes(bytes.length)));
  const name = `organizations/${ORGANIZATION}` as const;
  const { keys } = parseOrganizationKeyFile(files.get(name)!, name);
  const by = { ...master, name: `master:${(await master.describe()).id}` };
  const owner = { organization: ORGANIZATION, class: "organization" } as const;
  const unwrapped = await unwrapEpochs(owner, keys.organization, new Map([[by.name, by]]));
  const key = secretKey(unwrapped.get(1)!);
  return {
    name: "organization:1",
    wrap: async (plain, associated) => wrapKey(key, nonces, plain, associated),
    unwrap: async (wrapped, associated) => unwrapKey(key, wrapped, associated),
  };
}

/** Gives the project one more epoch of this class, coming or active. */
async function rotate(
  files: Awaited<ReturnType<typeof newKeyring>>["files"],
  of: "content" | "credential",
  activate: boolean,
): Promise<void> {
  const by = await organizationKey(files.files);
  await editProjectFile(files, async (file) => {
    const owner = { organization: ORGANIZATION, project: PROJECT, class: of };
    const added = await wrapEpoch(owner, file.keys[of], randomBytes(32), by, NOW_MS + 1000);
    const epochs = activate ? activateEpoch(added, nextEpoch(file.keys[of])) : added;
    return { ...file, keys: { ...file.keys, [of]: epochs } };
  });
}

test("after a new epoch old rows stay readable and new rows are sealed under the new one", async () => {
  const { files, keys: before } = await newKeyring();
  const flow = before.seal("flow", AT, ROW, Buffer.from("old"));
  const run = before.run(RUN).seal(AT, ROW, Buffer.from("old"));
  await rotate(files, "content", true);
  const after = await keyringOn(files).project(ORGANIZATION, PROJECT);

  expect(after.open("flow", AT, ROW, flow).toString()).toBe("old");
  expect(after.run(RUN).open(AT, ROW, run).toString()).toBe("old");
  const sealed = after.run(RUN).seal(AT, ROW, Buffer.from("new"));
  expect(run.readUInt32BE(1)).toBe(1);
  expect(sealed.readUInt32BE(1)).toBe(2);
  expect(after.run(RUN).open(AT, ROW, sealed).toString()).toBe("new");
  expect(() => before.run(RUN).open(AT, ROW, sealed)).toThrow(expect.objectContaining({ reason: "epoch_unknown" }));
  sealed.writeUInt32BE(1, 1); // claims the old epoch
  expect(() => after.run(RUN).open(AT, ROW, sealed)).toThrow(expect.objectContaining({ reason: "tampered" }));
});

test("a coming epoch opens but does not seal", async () => {
  const { files } = await newKeyring();
  await rotate(files, "content", false);
  const announced = await keyringOn(files).project(ORGANIZATION, PROJECT);
  expect(announced.seal("flow", AT, ROW, Buffer.of(1)).readUInt32BE(1)).toBe(1);

  await editProjectFile(files, (file) => ({
    ...file,
    keys: { ...file.keys, content: activateEpoch(file.keys.content, 2) },
  }));
  const activated = await keyringOn(files).project(ORGANIZATION, PROJECT);
  const sealed = activated.seal("flow", AT, ROW, Buffer.from("new"));
  expect(sealed.readUInt32BE(1)).toBe(2);
  expect(announced.open("flow", AT, ROW, sealed).toString()).toBe("new");
});

test("content and credential keys rotate apart, and digests stay through both", async () => {
  const { files, keys: before } = await newKeyring();
  await rotate(files, "credential", true);
  await rotate(files, "content", true);
  await rotate(files, "content", true);
  const after = await keyringOn(files).project(ORGANIZATION, PROJECT);
  expect(after.seal("credential", AT, ROW, Buffer.of(1)).readUInt32BE(1)).toBe(2);
  expect(after.seal("flow", AT, ROW, Buffer.of(1)).readUInt32BE(1)).toBe(3);
  expect(after.digest("blob", "x")).toEqual(before.digest("blob", "x"));
});

test("a shredded epoch says so, and the others go on", async () => {
  const { files, keys: before } = await newKeyring();
  const old = before.seal("flow", AT, ROW, Buffer.from("old"));
  await rotate(files, "content", true);
  await editProjectFile(files, (file) => ({
    ...file,
    keys: { ...file.keys, content: file.keys.content.map(shredFirst) },
  }));
  const after = await keyringOn(files).project(ORGANIZATION, PROJECT);
  expect(() => after.open("flow", AT, ROW, old)).toThrow(expect.objectContaining({ reason: "shredded" }));
  expect(after.open("flow", AT, ROW, after.seal("flow", AT, ROW, Buffer.from("new"))).toString()).toBe("new");
});

test("a project whose every key is shredded neither seals, opens nor digests, and is not made again", async () => {
  const { files, keyring, keys: before } = await newKeyring();
  const old = before.seal("credential", AT, ROW, Buffer.from("old"));
  await editProjectFile(files, ({ keys, ...file }) => ({
    ...file,
    keys: {
      content: keys.content.map(shredFirst),
      credential: keys.credential.map(shredFirst),
      digest: keys.digest.map(shredFirst),
    },
  }));
  await keyring.createProject(ORGANIZATION, PROJECT);
  const after = await keyringOn(files).project(ORGANIZATION, PROJECT);
  const shredded = expect.objectContaining({ reason: "shredded" });
  expect(() => after.seal("flow", AT, ROW, Buffer.of(1))).toThrow(shredded);
  expect(() => after.digest("blob", "x")).toThrow(shredded);
  expect(() => after.open("flow", AT, ROW, old)).toThrow(shredded);
});

test("epoch numbers are not used twice, and only a listed one with a key is activated", () => {
  const first: KeyEpoch = { epoch: 7, createdAt: new Date(NOW_MS).toISOString(), state: "shredded" };
  expect(nextEpoch([])).toBe(1);
  expect(nextEpoch([first])).toBe(8);
  const made = { createdAt: first.createdAt, wrappedBy: "organization:1", wrapped: "AA" };
  expect(() => addEpoch([first], { epoch: 7, ...made })).toThrow(/not the next/);
  const two = addEpoch([first], { epoch: 8, ...made });
  expect(() => activateEpoch(two, 7)).toThrow(/no key/);
  expect(() => activateEpoch(two, 9)).toThrow(/no key/);
  expect(activateEpoch(two, 8).map(({ state }) => state)).toEqual(["shredded", "active"]);
  const three = activateEpoch(addEpoch(activateEpoch(two, 8), { epoch: 9, ...made }), 9);
  expect(three.map(({ state }) => state)).toEqual(["shredded", "retired", "active"]);
});

function shredFirst(entry: KeyEpoch): KeyEpoch {
  const { epoch, createdAt } = entry;
  return epoch === 1 ? { epoch, createdAt, state: "shredded" } : entry;
}
