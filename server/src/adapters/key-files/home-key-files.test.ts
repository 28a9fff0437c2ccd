import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test } from "vitest";
import { homeKeyFiles } from "./home-key-files.ts";

const PROJECT = "projects/01234567-89ab-7cde-8f01-0000000000aa";
const USER = process.getuid?.() ?? null;
let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), "steward-keys-"));
});
afterEach(() => {
  rmSync(home, { recursive: true });
});

const modeOf = (...names: string[]) => (statSync(path.join(home, ...names)).mode & 0o777).toString(8);

test("a created file is read back, and the first one stays", async () => {
  const files = homeKeyFiles(home, USER);
  expect(await files.read(PROJECT)).toBeNull();
  expect(await files.create(PROJECT, Buffer.from("first"))).toBe(true);
  expect(await files.create(PROJECT, Buffer.from("second"))).toBe(false);
  expect(Buffer.from((await files.read(PROJECT))!).toString()).toBe("first");
});

test("files are 0600, folders 0700, and nothing else is left beside them", async () => {
  const files = homeKeyFiles(home, USER);
  for (const name of ["master", "check", PROJECT] as const) {
    await files.create(name, Buffer.from("x"));
    await files.create(name, Buffer.from("x"));
  }
  const found = readdirSync(home, { recursive: true });
  expect(new Set<unknown>(found)).toEqual(
    new Set(["keys", "keys/check.json", "keys/projects", `keys/${PROJECT}.json`, "master.key"]),
  );
  expect(modeOf("master.key")).toBe("600");
  expect(modeOf("keys", `${PROJECT}.json`)).toBe("600");
  expect(modeOf("keys")).toBe("700");
  expect(modeOf("keys", "projects")).toBe("700");
});

test("wrapped keys are noticed: the check value, an organization, a project, but not the master key or remains of a crash", async () => {
  const files = homeKeyFiles(home, USER);
  await files.create("master", Buffer.from("x"));
  mkdirSync(path.join(home, "keys", "projects"), { recursive: true });
  writeFileSync(path.join(home, "keys", "projects", ".a.json.b.tmp"), "x");
  expect(await files.hasWrappedKeys()).toBe(false);
  for (const name of ["check", "signing", "installation", PROJECT, PROJECT.replace("projects", "organizations")]) {
    const file = path.join(home, "keys", `${name}.json`);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, "x");
    expect([name, await files.hasWrappedKeys()]).toEqual([name, true]);
    rmSync(file);
  }
});

test.each([0o640, 0o604, 0o660, 0o644, 0o601])("a master key of mode %o is refused with the way out", async (mode) => {
  const files = homeKeyFiles(home, USER);
  await files.create("master", Buffer.from("the key itself"));
  chmodSync(path.join(home, "master.key"), mode);
  const read = files.read("master");
  await expect(read).rejects.toMatchObject({ code: "start_refused" });
  await expect(read).rejects.toThrow(
    new RegExp(`master\\.key can be used by others \\(mode 0${mode.toString(8)}\\).*chmod 600`),
  );
  chmodSync(path.join(home, "master.key"), 0o400);
  expect(Buffer.from((await files.read("master"))!).toString()).toBe("the key itself");
});

test("a master key of another user is refused", async () => {
  await homeKeyFiles(home, USER).create("master", Buffer.from("x"));
  const read = homeKeyFiles(home, 4_000_000).read("master");
  await expect(read).rejects.toMatchObject({ code: "start_refused" });
  await expect(read).rejects.toThrow(/belongs to another user .* and this is 4000000/);
});

test("what is no file, or far too large for one, is refused before it is read", async () => {
  const files = homeKeyFiles(home, USER);
  await files.create(PROJECT, Buffer.alloc(1024 * 1024 + 1));
  await expect(files.read(PROJECT)).rejects.toMatchObject({ code: "start_refused" });
  mkdirSync(path.join(home, "keys", "check.json"));
  await expect(files.read("check")).rejects.toMatchObject({ code: "start_refused" });
});

test("a name never leaves the folder of keys", async () => {
  const files = homeKeyFiles(home, USER);
  await expect(files.read("projects/../../master")).rejects.toThrow(/invariant/);
  await expect(files.create("projects/../../../evil", Buffer.from("x"))).rejects.toThrow(/invariant/);
  expect(existsSync(path.join(home, "..", "evil.json"))).toBe(false);
});

test("a file is replaced where it is as expected, and nothing is changed where it is not", async () => {
  const files = homeKeyFiles(home, USER);
  expect(await files.replace(PROJECT, Buffer.from("a"), Buffer.from("b"))).toBe(false);
  expect(existsSync(path.join(home, "keys", `${PROJECT}.json`))).toBe(false);
  await files.create(PROJECT, Buffer.from("a"));
  expect(await files.replace(PROJECT, Buffer.from("other"), Buffer.from("b"))).toBe(false);
  expect(Buffer.from((await files.read(PROJECT))!).toString()).toBe("a");
  expect(await files.replace(PROJECT, Buffer.from("a"), Buffer.from("b"))).toBe(true);
  expect(await files.replace(PROJECT, Buffer.from("a"), Buffer.from("c"))).toBe(false);
  expect(Buffer.from((await files.read(PROJECT))!).toString()).toBe("b");
  expect(modeOf("keys", `${PROJECT}.json`)).toBe("600");
  expect(readdirSync(path.join(home, "keys", "projects"))).toEqual([`${path.basename(PROJECT)}.json`]);
});

test("readers see the old file or the new one, never a part", async () => {
  const files = homeKeyFiles(home, USER);
  const [old, fresh] = [Buffer.alloc(100_000, "a"), Buffer.alloc(100_000, "b")];
  await files.create(PROJECT, old);
  const over = new AbortController();
  const seen = new Set<string>();
  const reading = (async () => {
    for (let reads = 0; !over.signal.aborted || reads < 10; reads++) {
      const bytes = Buffer.from((await files.read(PROJECT))!);
      expect(bytes.equals(old) || bytes.equals(fresh)).toBe(true);
      seen.add(bytes.toString("utf8", 0, 1));
    }
  })();
  for (let round = 0; round < 20; round++) {
    expect(await files.replace(PROJECT, old, fresh)).toBe(true);
    expect(await files.replace(PROJECT, fresh, old)).toBe(true);
  }
  over.abort();
  await reading;
  expect(seen.size).toBeGreaterThan(0);
});

test("leftovers of one file are swept, and nothing else", async () => {
  const files = homeKeyFiles(home, USER);
  const folder = path.join(home, "keys", "projects");
  await files.create(PROJECT, Buffer.from("x"));
  const name = `${path.basename(PROJECT)}.json`;
  const others = [`.${name.replace("aa", "bb")}.1.tmp`, `.${name}.1.old`, `${name}.tmp`];
  for (const entry of [`.${name}.1.tmp`, `.${name}.2.tmp`, ...others]) writeFileSync(path.join(folder, entry), "key");
  await files.sweep(PROJECT);
  expect(readdirSync(folder).toSorted()).toEqual([name, ...others].toSorted());
  await files.sweep("signing"); // whose folder has none
  await homeKeyFiles(path.join(home, "none"), USER).sweep(PROJECT);
});

test("a file that is made after another made and swept it is the other's", async () => {
  const files = homeKeyFiles(home, USER);
  const folder = path.join(home, "keys", "projects");
  await files.create(PROJECT, Buffer.from("first"));
  const swept: string[] = [];
  const sweeping = setInterval(() => {
    for (const entry of readdirSync(folder)) {
      if (!entry.endsWith(".tmp")) continue;
      rmSync(path.join(folder, entry), { force: true });
      swept.push(entry);
    }
  });
  for (let tries = 0; tries < 50 && swept.length === 0; tries++) {
    expect(await files.create(PROJECT, Buffer.alloc(1_000_000, "x"))).toBe(false);
  }
  clearInterval(sweeping);
  expect(swept).not.toEqual([]);
  expect(readFileSync(path.join(folder, `${path.basename(PROJECT)}.json`), "utf8")).toBe("first");
});

test("organizations and projects are listed by their names, other entries are not", async () => {
  const files = homeKeyFiles(home, USER);
  expect(await files.list("projects")).toEqual([]);
  const names = [PROJECT.replace("aa", "bb"), PROJECT] as const;
  for (const name of names) await files.create(name as typeof PROJECT, Buffer.from("x"));
  writeFileSync(path.join(home, "keys", "projects", ".x.json.1.tmp"), "");
  writeFileSync(path.join(home, "keys", "projects", "notes.json"), "");
  expect(await files.list("projects")).toEqual([...names].toSorted());
  expect(await files.list("organizations")).toEqual([]);
});

test("the next master key is guarded like the first, and taken away for good", async () => {
  const files = homeKeyFiles(home, USER);
  await files.create("master-next", Buffer.from("x"));
  expect(modeOf("master.next.key")).toBe("600");
  expect(await files.hasWrappedKeys()).toBe(false);
  chmodSync(path.join(home, "master.next.key"), 0o644);
  await expect(files.read("master-next")).rejects.toMatchObject({ code: "start_refused" });
  await files.remove("master-next");
  await files.remove("master-next");
  expect(readdirSync(home)).toEqual([]);
});

/** A process that opens the home's keyring when told, makes everything at once with the others, and says what it got. */
const CREATOR = `
  const [files, master, keyring, home] = process.argv.slice(1);
  const [{ homeKeyFiles }, { openMasterKey }, { openKeyring }, { randomFillSync }] = await Promise.all(
    [files, master, keyring, "node:crypto"].map((module) => import(module)));
  const sources = { files: homeKeyFiles(home, process.getuid?.() ?? null), fillRandom: randomFillSync, nowMs: Date.now };
  const id = (n) => "01234567-89ab-7cde-8f01-" + String(n).padStart(12, "0");
  console.log("ready");
  for await (const _ of process.stdin) {
    const opened = openKeyring({ ...sources, master: await openMasterKey(sources), projectsMax: 100 });
    await opened.createOrganization(id(0));
    for (let n = 1; n <= 10; n++) {
      await opened.createProject(id(0), id(n));
      console.log((await opened.project(id(0), id(n))).digest("blob", "x").toString("hex"));
    }
    break;
  }
  process.exit(0);
`;

test("processes that start on a fresh home and create the same projects at once agree on every key", async () => {
  const modules = ["./home-key-files.ts", "../../keyring/open-master-key.ts", "../../keyring/open-keyring.ts"];
  const urls = modules.map((file) => new URL(file, import.meta.url).href);
  const children = Array.from({ length: 3 }, () => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", CREATOR, ...urls, home], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    return { child, lines, exited: once(child, "exit") };
  });
  for (const { lines } of children) expect((await lines.next()).value).toBe("ready");
  for (const { child } of children) child.stdin.end("go");
  const answers = await Promise.all(
    children.map(async ({ lines, exited }) => {
      const digests: string[] = [];
      for await (const line of { [Symbol.asyncIterator]: () => lines }) digests.push(line);
      expect(await exited).toEqual([0, null]);
      return digests;
    }),
  );
  expect(new Set(answers[0]).size).toBe(10);
  for (const digests of answers) expect(digests).toEqual(answers[0]);
  expect(readdirSync(path.join(home, "keys", "projects"))).toHaveLength(10);
}, 30_000);
