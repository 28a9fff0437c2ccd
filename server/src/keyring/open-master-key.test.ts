import { randomBytes, randomFillSync } from "node:crypto";
import { expect, test } from "vitest";
import { ERRORS } from "../core/errors.ts";
import { memoryKeyFiles, NOW_MS, ORGANIZATION } from "./keyring.testsuite.ts";
import { localMasterKey } from "./local-master-key.ts";
import { findMasterKey } from "./find-master-key.ts";
import { openInstallationSecrets } from "./open-installation-secrets.ts";
import { openSigningKey } from "./open-signing-key.ts";
import { openKeyring } from "./open-keyring.ts";
import { openMasterKey } from "./open-master-key.ts";

type Files = ReturnType<typeof memoryKeyFiles>;
const open = (files: Files, given?: string) =>
  openMasterKey({ given, files, fillRandom: randomFillSync, nowMs: () => NOW_MS });
const refused = (message: RegExp) =>
  expect.objectContaining({
    code: "start_refused" satisfies keyof typeof ERRORS,
    message: expect.stringMatching(message),
  });

/** Opens, makes an organization, and gives the files as they then are. */
async function usedHome(given?: string): Promise<Files> {
  const files = memoryKeyFiles();
  const master = await open(files, given);
  const keyring = openKeyring({ files, master, fillRandom: randomFillSync, nowMs: () => NOW_MS, projectsMax: 1 });
  await keyring.createOrganization(ORGANIZATION);
  return files;
}

test("the first start makes a master key that the next one finds", async () => {
  const files = memoryKeyFiles();
  const made = await (await open(files)).describe();
  expect(Buffer.from(files.files.get("master")!).toString()).toMatch(/^[\w-]{43}\n$/);
  expect(await (await open(files)).describe()).toEqual(made);
  expect(made.id).toMatch(/^[0-9a-f]{16}$/);
});

test("32 bytes are a master key in hex, base64 and base64url, with white space around", async () => {
  const bytes = Buffer.from("fb".repeat(31) + "ff", "hex"); // has both characters in which the alphabets differ
  const base64 = bytes.toString("base64");
  expect(base64).toMatch(/\+.*\//);
  const texts = [bytes.toString("hex"), bytes.toString("hex").toUpperCase(), base64, base64.slice(0, -1)];
  texts.push(bytes.toString("base64url"), `${bytes.toString("base64url")}=`, ` ${bytes.toString("hex")}\n`);
  const ids = await Promise.all(texts.map((text) => localMasterKey(text, "x", randomFillSync).describe()));
  expect(new Set(ids.map(({ id }) => id)).size).toBe(1);
});

test.each([
  ["empty", ""],
  ["a pass phrase", "correct horse battery staple correct horse!!"],
  ["too short", "ab".repeat(31)],
  ["too long", "ab".repeat(33)],
  ["31 bytes in base64", Buffer.alloc(31, 7).toString("base64")],
  ["33 bytes in base64", Buffer.alloc(33, 7).toString("base64")],
  ["of two alphabets", `+_${"A".repeat(41)}`],
  ["with bits beyond its bytes", `${"A".repeat(42)}B`],
  ["of two lines", `${"ab".repeat(32)}\n${"ab".repeat(32)}`],
])("a master key that is %s is refused, and not repeated in the message", async (_, text) => {
  const files = memoryKeyFiles();
  await expect(open(files, text)).rejects.toThrow(
    refused(/STEWARD_MASTER_KEY is not a master key: it must be 32 bytes/),
  );
  await expect(open(files, text || "?")).rejects.toThrow(
    expect.not.objectContaining({ message: expect.stringContaining(text || "?") }),
  );
  expect(files.files.size).toBe(0);
});

test("losing the master key: refuses to start and touches nothing", async () => {
  const files = await usedHome();
  const sources = { files, master: await open(files), fillRandom: randomFillSync, nowMs: () => NOW_MS };
  await openSigningKey(sources);
  await openInstallationSecrets(sources);
  files.files.delete("master");
  const before = new Map(files.files);
  await expect(open(files)).rejects.toThrow(refused(/master key is missing/));
  expect(files.files).toEqual(before);
});

test.each(["check", "signing", "installation", `organizations/${ORGANIZATION}`] as const)(
  "of all key files %s alone is enough to refuse a new master key",
  async (name) => {
    const files = await usedHome();
    const sources = { files, master: await open(files), fillRandom: randomFillSync, nowMs: () => NOW_MS };
    await openSigningKey(sources);
    await openInstallationSecrets(sources);
    for (const other of files.files.keys()) if (other !== name) files.files.delete(other);
    const before = new Map(files.files);
    await expect(open(files)).rejects.toThrow(refused(/master key is missing/));
    await expect(open(files, "cd".repeat(32))).rejects.toThrow(refused(/is not the one|check value .* is missing/));
    expect(files.files).toEqual(before);
  },
);

test("a process finds the successor in the home when it is told of it, and says when it can't", async () => {
  const files = await usedHome();
  const sources = { files, master: await open(files), fillRandom: randomFillSync, nowMs: () => NOW_MS };
  const next = await localMasterKey("cd".repeat(32), "x", randomFillSync).describe();
  expect(await findMasterKey(sources, next.id)).toBe(false);
  await files.create("master-next", Buffer.from("cd".repeat(32)));
  expect(await findMasterKey(sources, next.id)).toBe(true);
});

test("a wrong master key is recognised before anything is touched, and named", async () => {
  const files = await usedHome("ab".repeat(32));
  const before = new Map(files.files);
  await expect(open(files, "cd".repeat(32))).rejects.toThrow(
    refused(/the master key [0-9a-f]{16} \(STEWARD_MASTER_KEY\) is not the one .* that is [0-9a-f]{16}/),
  );
  expect(files.files).toEqual(before);
});

test("a home made with a given key does not start on a new one", async () => {
  await expect(open(await usedHome("ab".repeat(32)))).rejects.toThrow(refused(/master key is missing/));
});

test("a key service's key under another name than the files have is refused: nothing would open", async () => {
  const files = await usedHome("ab".repeat(32));
  const renamed = {
    ...localMasterKey("ab".repeat(32), "x", randomFillSync),
    describe: async () => ({ id: "0123456789abcdef", source: "another name" }),
  };
  const start = openMasterKey({
    given: undefined,
    service: renamed,
    files,
    fillRandom: randomFillSync,
    nowMs: () => NOW_MS,
  });
  await expect(start).rejects.toThrow(refused(/0123456789abcdef \(another name\) is not the one/));
});

test("a missing or damaged check value is refused, not made anew over wrapped keys", async () => {
  const files = await usedHome();
  files.files.set("check", Buffer.from("{}"));
  await expect(open(files)).rejects.toThrow(refused(/damaged/));
  files.files.delete("check");
  await expect(open(files)).rejects.toThrow(refused(/check value .* is missing/));
  expect(files.files.has("check")).toBe(false);
});

test("first starts at once agree on one master key", async () => {
  const files = memoryKeyFiles();
  const masters = await Promise.all(Array.from({ length: 8 }, () => open(files)));
  const ids = await Promise.all(masters.map((master) => master.describe()));
  expect(new Set(ids.map(({ id }) => id)).size).toBe(1);
});

test("of first starts at once with different keys one wins and the others are refused", async () => {
  const files = memoryKeyFiles();
  const starts = Array.from({ length: 4 }, () => open(files, randomBytes(32).toString("hex")));
  const outcomes = await Promise.allSettled(starts);
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  const losses = outcomes.filter(({ status }) => status === "rejected");
  for (const loss of losses) expect(loss).toHaveProperty("reason", refused(/is not the one/));
});

test.each(["master", "check"] as const)(
  "a start that another overtakes at its %s file goes on with the other's",
  async (at) => {
    const files = memoryKeyFiles();
    let overtaken: string | undefined;
    const read: Files["read"] = async (name) => {
      const kept = await files.read(name);
      if (name === at && kept === null) overtaken = (await (await open(files)).describe()).id;
      return kept;
    };
    const master = await open({ ...files, read });
    expect((await master.describe()).id).toBe(overtaken);
  },
);
