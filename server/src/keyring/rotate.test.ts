import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import type { KeyFiles } from "../core/ports/key-files.ts";
import { parseOrganizationKeyFile, parseProjectKeyFile } from "./key-file.ts";
import { Crash, crashingAfter, keyProcess, masterKey, mutex, toolsOf, type KeyProcess } from "./key-tools.testsuite.ts";
import { memoryKeyFiles, MASTER, newKeyring, ORGANIZATION, OTHER_PROJECT, PROJECT, RUN } from "./keyring.testsuite.ts";
import { openCredential } from "./open-credential.ts";
import { openMasterKey } from "./open-master-key.ts";
import { rotateMaster } from "./rotate-master.ts";
import { rotateOrganization } from "./rotate-organization.ts";
import { rotateProject } from "./rotate-project.ts";
import { shredProject } from "./shred-project.ts";
import { shredRetiredEpoch, shredRetiredOrganizationEpoch } from "./shred-retired-epoch.ts";

const AT = { table: 7, column: 3 };
const ROW = new Uint8Array(16).fill(9);
const because = (reason: string) => expect.objectContaining({ name: "SealError", reason });
const OF_PROJECT = { organization: ORGANIZATION, project: PROJECT };
const BOTH = { ...OF_PROJECT, classes: ["content", "credential"] } as const;
type Files = ReturnType<typeof memoryKeyFiles>;

const contentStates = (files: Files) => {
  const name = `projects/${PROJECT}` as const;
  return parseProjectKeyFile(files.files.get(name)!, name).keys.content.map(({ state }) => state);
};

test("after rotating a project, keys handed out before seal with the new epoch, in every process", async () => {
  const { files } = await newKeyring();
  const [one, two] = [keyProcess(files), keyProcess(files)];
  const keys = await Promise.all([one, two].map(({ keyring }) => keyring.project(ORGANIZATION, PROJECT)));
  const runs = keys.map((each) => each.run(RUN));
  const old = keys[0]!.seal("flow", AT, ROW, Buffer.from("old"));
  const tools = toolsOf(one, { others: [two] });
  expect(await rotateProject(tools, BOTH)).toEqual(new Map(Object.entries({ content: 2, credential: 2 })));
  expect(tools.words).toEqual([OF_PROJECT, OF_PROJECT]);
  for (const each of [
    ...keys.map((key) => key.seal("flow", AT, ROW, ROW)),
    ...runs.map((run) => run.seal(AT, ROW, ROW)),
  ])
    expect(each.readUInt32BE(1)).toBe(2);
  expect(keys[0]!.seal("credential", AT, ROW, ROW).readUInt32BE(1)).toBe(2);
  for (const each of keys) expect(each.open("flow", AT, ROW, old).toString()).toBe("old");
  expect(runs[0]!.open(AT, ROW, runs[1]!.seal(AT, ROW, Buffer.from("x"))).toString()).toBe("x");
});

test("the new epoch seals only when everyone has it", async () => {
  const { files } = await newKeyring();
  const process = keyProcess(files);
  const keys = await process.keyring.project(ORGANIZATION, PROJECT);
  const seen: unknown[] = [];
  const everyoneReloaded = async () => {
    seen.push([contentStates(files), keys.seal("flow", AT, ROW, ROW).readUInt32BE(1)]);
  };
  await rotateProject({ ...toolsOf(process), everyoneReloaded }, BOTH);
  expect(seen).toEqual([
    [["active", "coming"], 1],
    [["retired", "active"], 2],
  ]);
});

test("a rotation that not everyone heard of leaves a coming epoch, which the next one takes", async () => {
  const { files } = await newKeyring();
  const tools = toolsOf(keyProcess(files));
  const everyoneReloaded = () => Promise.reject(new Error("one process is silent"));
  await expect(rotateProject({ ...tools, everyoneReloaded }, BOTH)).rejects.toThrow("silent");
  expect(contentStates(files)).toEqual(["active", "coming"]);
  await Promise.all([rotateProject(tools, BOTH), rotateProject(tools, BOTH)]);
  expect(contentStates(files)).toEqual(["retired", "active"]);
});

test("what is sealed under an earlier epoch is found and sealed again, credentials without being shown", async () => {
  const { files, keyring } = await newKeyring();
  const process = { ...keyProcess(files), keyring };
  const keys = await keyring.project(ORGANIZATION, PROJECT);
  const flow = keys.seal("flow", AT, ROW, Buffer.from("flow"));
  const secret = keys.seal("credential", AT, ROW, Buffer.from("secret"));
  const record = keys.run(RUN).seal(AT, ROW, Buffer.from("record"));
  expect(keys.needsReseal("flow", flow)).toBe(false);
  expect(keys.reseal("flow", AT, ROW, flow)).toBeNull();
  await rotateProject(toolsOf(process), BOTH);
  expect([
    keys.needsReseal("flow", flow),
    keys.needsReseal("credential", secret),
    keys.run(RUN).needsReseal(record),
  ]).toEqual([true, true, true]);
  const again = {
    flow: keys.reseal("flow", AT, ROW, flow)!,
    secret: keys.reseal("credential", AT, ROW, secret)!,
    record: keys.run(RUN).reseal(AT, ROW, record)!,
  };
  expect(() => keys.reseal("flow", { ...AT, column: 4 }, ROW, flow)).toThrow(because("tampered"));
  expect(() => keys.needsReseal("flow", Buffer.of(1, 2, 3))).toThrow(because("format"));

  await shredRetiredEpoch(toolsOf(process), { ...OF_PROJECT, class: "content", epoch: 1 });
  await shredRetiredEpoch(toolsOf(process), { ...OF_PROJECT, class: "credential", epoch: 1 });
  const fresh = await keyProcess(files).keyring.project(ORGANIZATION, PROJECT);
  for (const each of [keys, fresh]) {
    expect(each.open("flow", AT, ROW, again.flow).toString()).toBe("flow");
    expect(openCredential(each, AT, ROW, again.secret).toString()).toBe("secret");
    expect(each.run(RUN).open(AT, ROW, again.record).toString()).toBe("record");
    expect(() => each.open("flow", AT, ROW, flow)).toThrow(because("shredded"));
  }
  expect(JSON.parse(Buffer.from(files.files.get(`projects/${PROJECT}`)!).toString()).keys.content[0]).toEqual({
    epoch: 1,
    state: "shredded",
    createdAt: expect.any(String),
  });
});

test("only a retired epoch is shredded, of an organization only one that wraps nothing any more", async () => {
  const { files } = await newKeyring();
  const tools = toolsOf(keyProcess(files));
  const conflict = expect.objectContaining({ code: "conflict" });
  await expect(shredRetiredEpoch(tools, { ...OF_PROJECT, class: "content", epoch: 1 })).rejects.toThrow(conflict);
  await expect(shredRetiredEpoch(tools, { ...OF_PROJECT, class: "content", epoch: 2 })).rejects.toThrow(conflict);
  const before = files.files.get(`projects/${OTHER_PROJECT}`)!;
  expect(await rotateOrganization(tools, ORGANIZATION)).toEqual({ epoch: 2, rewrapped: 2, damaged: [] });
  const after = files.files.get(`projects/${OTHER_PROJECT}`)!;
  files.files.set(`projects/${OTHER_PROJECT}`, before);
  const shred = () => shredRetiredOrganizationEpoch(tools, { organization: ORGANIZATION, epoch: 1 });
  await expect(shred()).rejects.toThrow(/still wrapped with organization:1/);
  files.files.set(`projects/${OTHER_PROJECT}`, Buffer.from("{"));
  await expect(shred()).rejects.toThrow(/can't be read/);
  files.files.set(`projects/${OTHER_PROJECT}`, after);
  await shred();
  await shred();
  const fresh = keyProcess(files);
  expect((await fresh.keyring.project(ORGANIZATION, OTHER_PROJECT)).project).toBe(OTHER_PROJECT);
  await fresh.keyring.createProject(ORGANIZATION, "01234567-89ab-7cde-8f01-0000000000dd");
});

test("a new organization key wraps only when everyone has it, and before any project's keys are under it", async () => {
  const { files } = await newKeyring();
  const seen: unknown[] = [];
  const everyoneReloaded = async (word: unknown) => {
    const name = `organizations/${ORGANIZATION}` as const;
    const states = parseOrganizationKeyFile(files.files.get(name)!, name).keys.organization.map(({ state }) => state);
    seen.push([word, states, Buffer.from(files.files.get(`projects/${PROJECT}`)!).includes("organization:2")]);
  };
  await rotateOrganization({ ...toolsOf(keyProcess(files)), everyoneReloaded }, ORGANIZATION);
  expect(seen).toEqual([
    [{ organization: ORGANIZATION }, ["active", "coming"], false],
    [{ organization: ORGANIZATION }, ["retired", "active"], false],
  ]);
});

test("rotating an organization goes on past a damaged project file, and names it", async () => {
  const { files } = await newKeyring();
  files.files.set(`projects/${OTHER_PROJECT}`, Buffer.from("{"));
  const rotation = await rotateOrganization(toolsOf(keyProcess(files)), ORGANIZATION);
  expect(rotation).toEqual({ epoch: 2, rewrapped: 1, damaged: [`projects/${OTHER_PROJECT}`] });
});

test("a process that missed the word of a new organization key finds it by itself", async () => {
  const { files } = await newKeyring();
  const deaf = keyProcess(files);
  await deaf.keyring.project(ORGANIZATION, OTHER_PROJECT);
  await rotateOrganization(toolsOf(keyProcess(files)), ORGANIZATION);
  expect((await deaf.keyring.project(ORGANIZATION, PROJECT)).project).toBe(PROJECT);
});

test("a process that stood still while keys were rotated and shredded has them all after loading anew", async () => {
  const { files } = await newKeyring();
  const [one, still] = [keyProcess(files), keyProcess(files)];
  const other = keyProcess(files);
  await other.keyring.createProject(ORGANIZATION, OTHER_PROJECT);
  const keys = await still.keyring.project(ORGANIZATION, PROJECT);
  const others = await still.keyring.project(ORGANIZATION, OTHER_PROJECT);
  const tools = toolsOf(one); // tells nobody
  await rotateProject(tools, BOTH);
  await rotateOrganization(tools, ORGANIZATION);
  await shredProject(tools, { organization: ORGANIZATION, project: OTHER_PROJECT });
  expect(keys.seal("flow", AT, ROW, ROW).readUInt32BE(1)).toBe(1);
  await still.keyring.reloadAll();
  expect(keys.seal("flow", AT, ROW, ROW).readUInt32BE(1)).toBe(2);
  expect(() => others.seal("flow", AT, ROW, ROW)).toThrow(because("shredded"));
});

test("a load that was overtaken by a reload does not bring old keys back", async () => {
  const { files } = await newKeyring();
  let hold: Promise<void> | null = null;
  const { promise, resolve } = Promise.withResolvers<void>();
  const slow: KeyFiles = {
    ...files,
    read: async (name) => {
      const bytes = await files.read(name);
      if (name === `projects/${PROJECT}`) await hold;
      return bytes;
    },
  };
  const process = keyProcess(slow);
  hold = promise;
  const early = process.keyring.project(ORGANIZATION, PROJECT); // has read the file of one epoch
  await turn();
  hold = null;
  await rotateProject(toolsOf(process), BOTH);
  resolve();
  expect((await early).seal("flow", AT, ROW, ROW).readUInt32BE(1)).toBe(2);

  process.keyring.forget(ORGANIZATION, PROJECT);
  const second = Promise.withResolvers<void>();
  hold = second.promise;
  const during = process.keyring.project(ORGANIZATION, PROJECT);
  await turn();
  hold = null;
  await shredProject(toolsOf(process), OF_PROJECT);
  second.resolve();
  const keys = await during;
  expect(() => keys.seal("flow", AT, ROW, ROW)).toThrow(because("shredded"));
});

/** Seals in one process and opens in the other, in every way, until told to stop. */
async function load(processes: readonly KeyProcess[], isOver: () => boolean): Promise<Buffer[]> {
  const sealed: Buffer[] = [];
  for (let round = 0; !isOver(); round++) {
    const here = processes[round % 2]!;
    const there = processes[(round + 1) % 2]!;
    const keys = await here.keyring.project(ORGANIZATION, PROJECT);
    const run = keys.run(RUN);
    await turn();
    const flow = keys.seal("flow", AT, ROW, Buffer.from(`flow ${round}`));
    const record = run.seal(AT, ROW, Buffer.from(`record ${round}`));
    const secret = keys.seal("credential", AT, ROW, Buffer.from(`secret ${round}`));
    const others = await there.keyring.project(ORGANIZATION, PROJECT);
    expect(others.open("flow", AT, ROW, flow).toString()).toBe(`flow ${round}`);
    expect(others.run(RUN).open(AT, ROW, record).toString()).toBe(`record ${round}`);
    expect(openCredential(others, AT, ROW, secret).toString()).toBe(`secret ${round}`);
    expect(others.digest("blob", "x")).toEqual(keys.digest("blob", "x"));
    if (round % 50 === 0) {
      const [organization, project] = [uuid(2 * round + (here === processes[0] ? 0 : 1)), uuid(5000 + round)];
      await here.keyring.createOrganization(organization);
      await here.keyring.createProject(ORGANIZATION, project);
      await there.keyring.project(ORGANIZATION, project);
    }
    sealed.push(flow);
    await turn();
  }
  return sealed;
}
const uuid = (n: number) => `01234567-89ab-7cde-8f02-${String(n).padStart(12, "0")}`;

test("a project that is made while its organization's key is rotated and the old one destroyed keeps its keys", async () => {
  const { files } = await newKeyring();
  const project = uuid(1);
  const overtaken: KeyFiles = {
    ...files,
    create: async (name, bytes) => {
      const tools = toolsOf(keyProcess(files));
      await rotateOrganization(tools, ORGANIZATION);
      await shredRetiredOrganizationEpoch(tools, { organization: ORGANIZATION, epoch: 1 });
      return await files.create(name, bytes);
    },
  };
  await keyProcess(overtaken).keyring.createProject(ORGANIZATION, project);
  const keys = await keyProcess(files).keyring.project(ORGANIZATION, project);
  expect(keys.open("flow", AT, ROW, keys.seal("flow", AT, ROW, Buffer.from("kept"))).toString()).toBe("kept");
});

test("project, organization and master keys rotate while two processes seal and open, and nothing fails", async () => {
  const { files: kept } = await newKeyring();
  const files: KeyFiles = {
    ...kept,
    read: async (name) => (await turn(), await kept.read(name)),
    replace: async (name, expected, bytes) => (await turn(), await kept.replace(name, expected, bytes)),
  };
  await openMasterKey({
    given: MASTER,
    files: { ...kept, hasWrappedKeys: async () => false },
    fillRandom: () => {},
    nowMs: () => 0,
  });
  const processes = [keyProcess(files), keyProcess(files)] as const;
  const held = (await processes[1].keyring.project(ORGANIZATION, PROJECT)).run(RUN);
  let over = false;
  const loads = [load(processes, () => over), load([processes[1], processes[0]], () => over)];
  const lock = mutex();
  const masters = [MASTER, "cd".repeat(32), "ef".repeat(32)].map((text) => masterKey(text));
  for (let round = 0; round < 2; round++) {
    const next = masters[round + 1]!;
    const tools = toolsOf(processes[round]!, { lock, others: [processes[1 - round]!], next });
    await Promise.all([
      rotateProject(tools, BOTH),
      rotateOrganization(tools, ORGANIZATION),
      rotateMaster(tools, masters[round]!, next),
    ]);
    expect(held.seal(AT, ROW, ROW).readUInt32BE(1)).toBe(round + 2);
  }
  over = true;
  const sealed = (await Promise.all(loads)).flat();
  expect(sealed.length).toBeGreaterThan(50);
  expect(new Set(sealed.map((each) => each.readUInt32BE(1)))).toEqual(new Set([1, 2, 3]));
  const last = keyProcess(files, masters[2]); // knows no earlier master key
  const keys = await last.keyring.project(ORGANIZATION, PROJECT);
  for (const each of sealed) expect(keys.open("flow", AT, ROW, each).toString()).toMatch(/^flow/);
  for (const name of await files.list("organizations")) {
    const epochs = parseOrganizationKeyFile(kept.files.get(name)!, name).keys.organization;
    for (const epoch of epochs)
      expect(epoch).toHaveProperty("wrappedBy", `master:${(await last.master.describe()).id}`);
  }
});

test.each(["project", "organization"] as const)(
  "a %s rotation killed between any two file operations loses nothing and can be repeated",
  async (what) => {
    let operations = 0;
    for (let died = true; died; operations++) {
      const { files, keys } = await newKeyring();
      const sealed = keys.seal("flow", AT, ROW, Buffer.from("content"));
      const dying = crashingAfter(files, operations);
      const rotate = (of: KeyFiles) => {
        const tools = toolsOf(keyProcess(of));
        return what === "project" ? rotateProject(tools, BOTH) : rotateOrganization(tools, ORGANIZATION);
      };
      const outcome = await rotate(dying).then(
        () => null,
        (error: unknown) => error,
      );
      died = dying.died();
      if (died) expect(outcome).toBeInstanceOf(Crash);
      const check = async () => {
        const now = await keyProcess(files).keyring.project(ORGANIZATION, PROJECT);
        expect(now.open("flow", AT, ROW, sealed).toString()).toBe("content");
        expect(now.open("flow", AT, ROW, now.seal("flow", AT, ROW, Buffer.from("x"))).toString()).toBe("x");
      };
      await check();
      await rotate(files);
      await check();
    }
    expect(operations).toBeGreaterThan(5);
  },
);

test("the key of another organization is neither rotated nor made", async () => {
  const { files } = await newKeyring();
  const elsewhere = "01234567-89ab-7cde-8f01-23456789ffff";
  await keyProcess(files).keyring.createOrganization(elsewhere);
  const before = new Map(files.files);
  const tools = toolsOf(keyProcess(files));
  await expect(rotateProject(tools, { ...BOTH, organization: elsewhere })).rejects.toThrow(because("tampered"));
  expect(files.files).toEqual(before);
});
