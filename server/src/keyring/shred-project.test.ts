import { createDecipheriv, hkdfSync, randomUUID } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { homeKeyFiles } from "../adapters/key-files/home-key-files.ts";
import { frame } from "./frame.ts";
import { parseOrganizationKeyFile, parseProjectKeyFile, parseSigningKeyFile, PROJECT_KEY_CLASSES } from "./key-file.ts";
import { parseInstallationKeyFile } from "./key-file.ts";
import { crashingAfter, keyProcess, masterKey, toolsOf } from "./key-tools.testsuite.ts";
import { MASTER, memoryKeyFiles, newKeyring, ORGANIZATION, OTHER_PROJECT, PROJECT, RUN } from "./keyring.testsuite.ts";
import { CONTENT_PURPOSES, DIGEST_PURPOSES } from "./keyring.ts";
import { openCredential } from "./open-credential.ts";
import { openInstallationSecrets } from "./open-installation-secrets.ts";
import { openSigningKey } from "./open-signing-key.ts";
import { loadOrganizationKeys } from "./organization-keys.ts";
import { MasterKeys, wrappingKeyOf } from "./master-keys.ts";
import { NoncePool } from "./nonce-pool.ts";
import { rotateProject } from "./rotate-project.ts";
import { shredProject } from "./shred-project.ts";
import { unwrapKey } from "./wrap-key.ts";
import { secretKey } from "./derive-key.ts";
import { unwrapEpochs } from "./wrapped-epochs.ts";
import { uuidBytes } from "../core/id.ts";

const AT = { table: 0x0102, column: 0x0304 };
const ROW = Buffer.alloc(16, 9);
const OF_PROJECT = { organization: ORGANIZATION, project: PROJECT };
const because = (reason: string) => expect.objectContaining({ name: "SealError", reason });
let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), "steward-shred-"));
});
afterEach(() => {
  rmSync(home, { recursive: true });
});

const filesOf = (folder: string) => homeKeyFiles(folder, process.getuid?.() ?? null);

/** Every raw key that can be had from this folder and the master key. */
async function everyKey(folder: string): Promise<Buffer[]> {
  const files = filesOf(folder);
  const sources = { files, master: new MasterKeys(masterKey()), fillRandom: () => {}, nowMs: () => 0 };
  const by = await wrappingKeyOf(masterKey());
  const masters = new Map([[by.name, by]]);
  const keys: (Uint8Array | null)[] = [Buffer.from(MASTER, "hex")];
  for (const name of await files.list("organizations")) {
    const { organization, keys: own } = parseOrganizationKeyFile((await files.read(name))!, name);
    keys.push(...(await unwrapEpochs({ organization, class: "organization" }, own.organization, masters)).values());
    for (const projectName of await files.list("projects")) {
      const file = parseProjectKeyFile((await files.read(projectName))!, projectName);
      const { all } = await loadOrganizationKeys(sources, new NoncePool((bytes) => bytes.fill(1)), organization);
      for (const of of PROJECT_KEY_CLASSES) {
        const owner = { organization, project: file.project, class: of };
        keys.push(...(await unwrapEpochs(owner, file.keys[of], all)).values());
      }
    }
  }
  const installation = parseInstallationKeyFile((await files.read("installation"))!, "installation").keys.installation;
  keys.push(...(await unwrapEpochs({ organization: "", class: "installation" }, installation, masters)).values());
  const signing = parseSigningKeyFile((await files.read("signing"))!, "signing").keys.signing;
  keys.push(...(await unwrapEpochs({ organization: "", class: "signing" }, signing, masters)).values());
  return keys.filter((key) => key !== null).map((key) => Buffer.from(key));
}

/** Tries to open sealed bytes with a key itself and with everything that is ever derived from one. */
function opens(key: Buffer, sealed: Buffer): boolean {
  const infos = [...CONTENT_PURPOSES, ...DIGEST_PURPOSES, "credential", "identity"].map((purpose) => frame(purpose));
  infos.push(frame("run", uuidBytes(RUN)), frame("installation", "identity"));
  const derived = infos.map((info) => Buffer.from(hkdfSync("sha256", key, "steward keys 1", info, 32)));
  return [key, ...derived].some((each) => {
    const decipher = createDecipheriv("aes-256-gcm", each, sealed.subarray(5, 17), { authTagLength: 16 });
    decipher.setAAD(Buffer.concat([sealed.subarray(0, 5), Buffer.from("010203040010", "hex"), ROW]));
    decipher.setAuthTag(sealed.subarray(-16)).update(sealed.subarray(17, -16));
    try {
      decipher.final();
      return true;
    } catch {
      return false;
    }
  });
}

function bytesBelow(folder: string): Buffer {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Buffer.concat(entries.map((entry) => readFileSync(path.join(entry.parentPath, entry.name))));
}

test("what was sealed before can't be opened with any key that is left, nor is its key anywhere", async () => {
  const files = filesOf(home);
  const tools = toolsOf(keyProcess(files));
  await openSigningKey(tools);
  await openInstallationSecrets(tools);
  await tools.keyring.createOrganization(ORGANIZATION);
  for (const project of [PROJECT, OTHER_PROJECT]) await tools.keyring.createProject(ORGANIZATION, project);
  const keys = await tools.keyring.project(ORGANIZATION, PROJECT);
  const sealed: Buffer[] = [];
  for (let epoch = 1; epoch <= 2; epoch++) {
    for (const purpose of CONTENT_PURPOSES) sealed.push(keys.seal(purpose, AT, ROW, Buffer.from(purpose)));
    sealed.push(
      keys.seal("credential", AT, ROW, Buffer.from("secret")),
      keys.run(RUN).seal(AT, ROW, Buffer.from("run")),
    );
    if (epoch === 1) await rotateProject(tools, { ...OF_PROJECT, classes: ["content", "credential"] });
  }
  const projectFile = path.join(home, "keys", "projects", `${PROJECT}.json`);
  writeFileSync(
    path.join(path.dirname(projectFile), `.${PROJECT}.json.${randomUUID()}.tmp`),
    readFileSync(projectFile),
  );
  const before = mkdtempSync(path.join(tmpdir(), "steward-copy-"));
  cpSync(home, before, { recursive: true });

  await shredProject(tools, OF_PROJECT);

  const had = await everyKey(before);
  expect(sealed.filter((each) => had.some((key) => opens(key, each)))).toHaveLength(sealed.length); // the search finds what can be found
  const left = await everyKey(home);
  expect(left.length).toBe(had.length - 5);
  expect(sealed.filter((each) => left.some((key) => opens(key, each)))).toEqual([]);

  const lost = had.filter((key) => !left.some((other) => other.equals(key)));
  const wrapped = [...readFileSync(projectFile.replace(home, before), "utf8").matchAll(/"wrapped": "([^"]+)"/g)].map(
    ([, text]) => text!,
  );
  expect([lost.length, wrapped.length]).toEqual([5, 5]);
  const everything = bytesBelow(home);
  for (const text of wrapped) {
    expect(bytesBelow(before).includes(text)).toBe(true);
    for (const form of [text, Buffer.from(text, "base64url")]) expect(everything.includes(form)).toBe(false);
    for (const key of left)
      expect(unwrapKey(secretKey(Buffer.from(key)), Buffer.from(text, "base64url"), Buffer.alloc(0))).toBeNull();
  }
  for (const key of lost) {
    const forms = [key, key.toString("hex"), key.toString("base64url"), key.toString("base64")];
    for (const form of forms) expect(everything.includes(form)).toBe(false);
  }
  expect(readdirSync(path.dirname(projectFile)).toSorted()).toEqual(
    [`${PROJECT}.json`, `${OTHER_PROJECT}.json`].toSorted(),
  );
  rmSync(before, { recursive: true });
});

test("keys in hand are dropped at once, in other processes when it settles, and the other project goes on", async () => {
  const { files } = await newKeyring();
  const [one, two] = [keyProcess(files), keyProcess(files)];
  const keys = await one.keyring.project(ORGANIZATION, PROJECT);
  const there = await two.keyring.project(ORGANIZATION, PROJECT);
  const run = keys.run(RUN);
  const sealed = run.seal(AT, ROW, ROW);
  const secret = keys.seal("credential", AT, ROW, ROW);
  const neighbour = await one.keyring.project(ORGANIZATION, OTHER_PROJECT);
  let told = false;
  const everyoneReloaded = async () => {
    expect(() => run.seal(AT, ROW, ROW)).toThrow(because("shredded"));
    expect(there.seal("flow", AT, ROW, ROW)).toBeInstanceOf(Buffer);
    await two.keyring.reload(ORGANIZATION, PROJECT);
    told = true;
  };
  await shredProject({ ...toolsOf(one), everyoneReloaded }, OF_PROJECT);
  expect(told).toBe(true);
  for (const each of [keys, there, await keyProcess(files).keyring.project(ORGANIZATION, PROJECT)]) {
    const shredded = because("shredded");
    expect(() => each.seal("flow", AT, ROW, ROW)).toThrow(shredded);
    expect(() => each.run(RUN).open(AT, ROW, sealed)).toThrow(shredded);
    expect(() => openCredential(each, AT, ROW, secret)).toThrow(shredded);
    expect(() => each.digest("blob", "x")).toThrow(shredded);
    expect(() => each.needsReseal("flow", sealed)).toThrow(shredded);
  }
  expect(() => run.open(AT, ROW, sealed)).toThrow(because("shredded"));
  expect(neighbour.open("flow", AT, ROW, neighbour.seal("flow", AT, ROW, ROW))).toEqual(ROW);
});

test("a shredded project is not made again, rotated, or shredded with a difference", async () => {
  const { files, keyring } = await newKeyring();
  const tools = toolsOf({ ...keyProcess(files), keyring });
  await shredProject(tools, OF_PROJECT);
  const before = new Map(files.files);
  await keyring.createProject(ORGANIZATION, PROJECT);
  await expect(rotateProject(tools, { ...OF_PROJECT, classes: ["content"] })).rejects.toThrow(because("shredded"));
  await shredProject(tools, OF_PROJECT);
  expect(files.files).toEqual(before);
  const keys = await keyring.project(ORGANIZATION, PROJECT);
  expect(() => keys.seal("flow", AT, ROW, ROW)).toThrow(because("shredded"));
});

test.each([
  ["missing", null],
  ["damaged", "{"],
  ["of a newer format", '{"format":2}'],
])("a key file that is %s is destroyed too, and its project not made again", async (_, text) => {
  const { files, keyring } = await newKeyring();
  if (text === null) files.files.delete(`projects/${PROJECT}`);
  else files.files.set(`projects/${PROJECT}`, Buffer.from(text));
  await shredProject(toolsOf(keyProcess(files)), OF_PROJECT);
  await keyring.createProject(ORGANIZATION, PROJECT);
  const keys = await keyProcess(files).keyring.project(ORGANIZATION, PROJECT);
  expect(() => keys.seal("flow", AT, ROW, ROW)).toThrow(because("shredded"));
});

test("killed between any two file operations, a repetition ends it", async () => {
  let operations = 0;
  for (let died = true; died; operations++) {
    const { files, keyring } = await newKeyring();
    const dying = crashingAfter(files, operations);
    await shredProject(toolsOf({ ...keyProcess(dying), keyring }), OF_PROJECT).catch(() => {});
    died = dying.died();
    await keyProcess(files).keyring.project(ORGANIZATION, PROJECT); // whole, before or after
    await shredProject(toolsOf(keyProcess(files)), OF_PROJECT);
    const keys = await keyProcess(files).keyring.project(ORGANIZATION, PROJECT);
    expect(() => keys.seal("flow", AT, ROW, ROW)).toThrow(because("shredded"));
  }
  expect(operations).toBe(4);
});

test("another organization's project is not shredded", async () => {
  const { files, keyring } = await newKeyring();
  const elsewhere = "01234567-89ab-7cde-8f01-23456789ffff";
  await keyring.createOrganization(elsewhere);
  const before = new Map(files.files);
  const shred = shredProject(toolsOf(keyProcess(files)), { organization: elsewhere, project: PROJECT });
  await expect(shred).rejects.toThrow(because("tampered"));
  expect(files.files).toEqual(before);
});

test("a project is shredded without its organization's key, which may be out of reach", async () => {
  const { files } = await newKeyring();
  files.files.delete(`organizations/${ORGANIZATION}`);
  await shredProject(toolsOf(keyProcess(files)), OF_PROJECT);
  const keys = await keyProcess(files).keyring.project(ORGANIZATION, PROJECT);
  expect(() => keys.digest("blob", "x")).toThrow(because("shredded"));
});

test("a project that is being made while it is shredded stays shredded", async () => {
  const files = memoryKeyFiles();
  const process = keyProcess(files);
  await process.keyring.createOrganization(ORGANIZATION);
  const overtaken = {
    ...files,
    create: async (...[name, bytes]: Parameters<typeof files.create>) => {
      await shredProject(toolsOf(process), OF_PROJECT);
      return await files.create(name, bytes);
    },
  };
  await keyProcess(overtaken).keyring.createProject(ORGANIZATION, PROJECT);
  const keys = await process.keyring.project(ORGANIZATION, PROJECT);
  expect(() => keys.seal("flow", AT, ROW, ROW)).toThrow(because("shredded"));
});
