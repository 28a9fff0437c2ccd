import { expect, test } from "vitest";
import {
  editProjectFile,
  keyringOn,
  memoryKeyFiles,
  newKeyring,
  ORGANIZATION,
  OTHER_PROJECT,
  PROJECT,
} from "./keyring.testsuite.ts";
import { LoadOnce } from "./load-once.ts";

const AT = { table: 7, column: 3 };
const ROW = new Uint8Array(16);
const because = (reason: string) => expect.objectContaining({ name: "SealError", reason });

test("another process opens what this one sealed", async () => {
  const { files, keys } = await newKeyring();
  const sealed = keys.seal("flow", AT, ROW, Buffer.from("content"));
  const there = await keyringOn(files).project(ORGANIZATION, PROJECT);
  expect(there.open("flow", AT, ROW, sealed).toString()).toBe("content");
});

test("creating again changes nothing", async () => {
  const { files, keyring } = await newKeyring();
  const before = new Map(files.files);
  await keyring.createOrganization(ORGANIZATION);
  await keyring.createProject(ORGANIZATION, PROJECT);
  expect(files.files).toEqual(before);
});

test("two processes that create the same project at once agree on its keys", async () => {
  const files = memoryKeyFiles();
  const [one, two] = [keyringOn(files), keyringOn(files)];
  await Promise.all([one, two].map((keyring) => keyring.createOrganization(ORGANIZATION)));
  await Promise.all([one, two].map((keyring) => keyring.createProject(ORGANIZATION, PROJECT)));
  const sealed = (await one.project(ORGANIZATION, PROJECT)).seal("flow", AT, ROW, Buffer.from("content"));
  expect((await two.project(ORGANIZATION, PROJECT)).open("flow", AT, ROW, sealed).toString()).toBe("content");
});

test("a project's keys are read once, also when asked for at once", async () => {
  const { files } = await newKeyring();
  let reads = 0;
  const keyring = keyringOn({ ...files, read: (name) => (reads++, files.read(name)) });
  const [first, second] = await Promise.all([1, 2].map(() => keyring.project(ORGANIZATION, PROJECT)));
  expect(await keyring.project(ORGANIZATION, PROJECT)).toBe(first);
  expect(second).toBe(first);
  expect(reads).toBe(2); // the project's file and its organization's
});

test("what is forgotten is loaded anew at its next use, an organization with all its projects", async () => {
  const { files } = await newKeyring();
  const reads: string[] = [];
  const keyring = keyringOn({ ...files, read: (name) => (reads.push(name), files.read(name)) });
  const use = async () => {
    reads.length = 0;
    for (const project of [PROJECT, OTHER_PROJECT]) await keyring.project(ORGANIZATION, project);
    return reads.length;
  };
  expect(await use()).toBe(3);
  keyring.forget(ORGANIZATION, PROJECT);
  expect(await use()).toBe(1);
  keyring.forget(ORGANIZATION);
  expect(await use()).toBe(3);
  keyring.forget(ORGANIZATION.replace("cd", "ff"));
  expect(await use()).toBe(0);
});

test("reloading reads what is in somebody's hands, and nothing for projects nobody uses here", async () => {
  const { files } = await newKeyring();
  const reads: string[] = [];
  const keyring = keyringOn({ ...files, read: (name) => (reads.push(name), files.read(name)) });
  await keyring.reload(ORGANIZATION);
  await keyring.reload(ORGANIZATION, PROJECT);
  expect(reads).toEqual([]);
  const keys = await keyring.project(ORGANIZATION, PROJECT);
  reads.length = 0;
  await keyring.reload(ORGANIZATION);
  expect(new Set(reads)).toEqual(new Set([`projects/${PROJECT}`, `organizations/${ORGANIZATION}`]));
  const sealed = keys.seal("flow", AT, ROW, Buffer.from("content"));
  files.files.set(`projects/${PROJECT}`, Buffer.from("{"));
  await expect(keyring.reload(ORGANIZATION, PROJECT)).rejects.toThrow(because("format"));
  expect(keys.open("flow", AT, ROW, sealed).toString()).toBe("content"); // goes on with what it had
});

test("a removed key file is a shredded project, and a failure is not remembered", async () => {
  const { files } = await newKeyring();
  const keyring = keyringOn(files);
  const name = `projects/${PROJECT}` as const;
  const kept = files.files.get(name)!;
  files.files.delete(name);
  await expect(keyring.project(ORGANIZATION, PROJECT)).rejects.toThrow(because("shredded"));
  files.files.set(name, kept);
  expect((await keyring.project(ORGANIZATION, PROJECT)).project).toBe(PROJECT);
});

test("without its organization's keys a project neither opens nor is made", async () => {
  const { files } = await newKeyring();
  files.files.delete(`organizations/${ORGANIZATION}`);
  await expect(keyringOn(files).project(ORGANIZATION, PROJECT)).rejects.toThrow(because("shredded"));
  await expect(keyringOn(files).createProject(ORGANIZATION, PROJECT)).rejects.toThrow(because("shredded"));
});

test("keys moved to another project, organization, class or epoch don't unwrap", async () => {
  const elsewhere = "01234567-89ab-7cde-8f01-23456789ffff";
  const { files, keyring } = await newKeyring();
  const original = new Map(files.files);
  await keyring.createOrganization(elsewhere);
  await expect(keyringOn(files).project(elsewhere, PROJECT)).rejects.toThrow(because("tampered"));

  files.files.set(`projects/${PROJECT}`, original.get(`projects/${OTHER_PROJECT}`)!);
  await expect(keyringOn(files).project(ORGANIZATION, PROJECT)).rejects.toThrow(because("tampered"));

  files.files.set(`projects/${PROJECT}`, original.get(`projects/${PROJECT}`)!);
  await editProjectFile(files, ({ keys, ...file }) => ({ ...file, keys: { ...keys, content: keys.credential } }));
  await expect(keyringOn(files).project(ORGANIZATION, PROJECT)).rejects.toThrow(because("tampered"));

  files.files.set(`projects/${PROJECT}`, original.get(`projects/${PROJECT}`)!);
  await editProjectFile(files, ({ keys, ...file }) => ({
    ...file,
    keys: { ...keys, content: keys.content.map((entry) => ({ ...entry, epoch: 2 })) },
  }));
  await expect(keyringOn(files).project(ORGANIZATION, PROJECT)).rejects.toThrow(because("tampered"));
});

test("keys wrapped by another master key, or under a newer organization key, are named and refused", async () => {
  const { files } = await newKeyring();
  const wrong = keyringOn(files, { master: "cd".repeat(32) });
  await expect(wrong.project(ORGANIZATION, PROJECT)).rejects.toThrow(because("epoch_unknown"));
  await expect(wrong.project(ORGANIZATION, PROJECT)).rejects.toThrow(/wrapped by master:[0-9a-f]{16}; known here/);
});

test.each([
  ["no JSON", "{"],
  ["empty", ""],
  ["a newer format", JSON.stringify({ format: 2 })],
  ["two active epochs", null],
])("a key file that is %s is refused as format", async (_, text) => {
  const { files } = await newKeyring();
  if (text === null) {
    await editProjectFile(files, ({ keys, ...file }) => ({
      ...file,
      keys: { ...keys, content: [...keys.content, ...keys.content.map((entry) => ({ ...entry, epoch: 2 }))] },
    }));
  } else files.files.set(`projects/${PROJECT}`, Buffer.from(text));
  await expect(keyringOn(files).project(ORGANIZATION, PROJECT)).rejects.toThrow(because("format"));
});

test("an id that is not a UUID never reaches the files", async () => {
  const { keyring } = await newKeyring();
  for (const id of ["../master", ORGANIZATION.toUpperCase(), ""]) {
    await expect(keyring.createOrganization(id)).rejects.toThrow(/invariant/);
    await expect(keyring.project(ORGANIZATION, id)).rejects.toThrow(/invariant/);
  }
});

test("only the most recently used stay held", async () => {
  const held = new LoadOnce<string>(2);
  const loads: string[] = [];
  const get = (key: string) => held.get(key, async () => (loads.push(key), key));
  for (const key of ["a", "b", "a", "c", "a", "b"]) expect(await get(key)).toBe(key);
  expect(loads).toEqual(["a", "b", "c", "b"]);
});
