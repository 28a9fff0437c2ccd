import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { noise, piecesOf, type TestVolume, testVolume } from "../../test/volume.ts";
import { AppError } from "../core/errors.ts";
import { parseId } from "../core/id.ts";
import { deleteFile, deleteFolder } from "./delete-files.ts";
import type { FileParts } from "./file-parts.ts";
import { getFile, getFileAt, listDeletedFiles, listFiles, listVersions, readVolume } from "./list-files.ts";
import { moveFiles } from "./move-files.ts";
import type { Preconditions } from "./preconditions.ts";
import { putFile } from "./put-file.ts";
import { readFile } from "./read-file.ts";
import { restoreFile, restoreVersion } from "./restore-files.ts";

let installed: TestVolume;
let volume: TestVolume;
beforeAll(async () => {
  installed = await testVolume();
});
beforeEach(async () => {
  volume = await installed.fresh();
});
afterAll(() => installed.close());

const ALWAYS: Preconditions = { match: null, none: false };

async function put(
  path: string,
  content: string | Buffer = path,
  more: { if?: Preconditions; parts?: FileParts } = {},
) {
  const source = piecesOf(Buffer.from(content));
  return await putFile(more.parts ?? volume.parts, volume.by, { path, if: more.if ?? ALWAYS, bytes: null, source });
}

async function read(id: string, version?: number, range: { from: number; to: number } | null = null): Promise<Buffer> {
  const content = await readFile(volume.parts, volume.by.scope, parseId("fil", id)!, version);
  return Buffer.concat(await Array.fromAsync(content.pieces(range)));
}

async function list(folder = "", more: { search?: string; cursor?: string; limit?: number } = {}) {
  return await listFiles(volume.parts, volume.by.scope, { folder, limit: 100, ...more });
}

const shown = (page: { items: readonly { kind: string; path: string }[] }): string[] =>
  page.items.map((one) => (one.kind === "folder" ? `${one.path}/` : one.path));

async function refusal(act: Promise<unknown>): Promise<string> {
  const thrown: unknown = await act.then(
    () => "nothing was refused",
    (error: unknown) => error,
  );
  if (thrown instanceof AppError) return thrown.code;
  throw thrown;
}

test.each([0, 1, 999, 1000, 1001, 3000, 12_345])(
  "a file of %i bytes comes back as it went, whole and in ranges",
  async (bytes) => {
    const content = noise("content", bytes);
    const { file, created } = await put("a/b.bin", content);
    expect([created, file.bytes, file.version, file.path, file.name]).toEqual([true, bytes, 1, "a/b.bin", "b.bin"]);
    expect(await read(file.id)).toEqual(content);
    for (const [from, to] of [
      [0, 1],
      [999, 1001],
      [1000, 2000],
      [bytes - 1, bytes],
      [1500, bytes],
    ] as const) {
      if (from < 0 || from >= to || to > bytes) continue;
      expect(await read(file.id, undefined, { from, to })).toEqual(content.subarray(from, to));
    }
  },
);

test("nothing of a file but its path is readable on disk or in the database", async () => {
  const secret = "the annual figures are bad. ".repeat(100);
  await put("figures.txt", secret);
  const { rows } = await volume.db.admin.query<{ row: string }>({
    text: `select f::text || v::text || encode(v.chunks, 'escape') as row from steward.files f
      join steward.file_versions v on v.file = f.id where f.project = $1`,
    values: [volume.by.scope.project],
  });
  expect(JSON.stringify(rows)).not.toContain("annual");
  for (const name of volume.blobFiles()) {
    const sealed = await volume.parts.blobs.get(volume.by.scope.project, Buffer.from(name, "hex"));
    expect(sealed!.toString("latin1")).not.toContain("annual");
  }
});

test("equal chunks of a project are stored once", async () => {
  const chunk = noise("chunk", 1000);
  await put("one", Buffer.concat([chunk, chunk, chunk]));
  await put("two", Buffer.concat([noise("other", 1000), chunk]));
  expect(volume.blobFiles()).toHaveLength(2);
  const { file } = await put("three", Buffer.concat([chunk, noise("other", 1000)]));
  expect(await read(file.id)).toEqual(Buffer.concat([chunk, noise("other", 1000)]));
});

test("a next content is a next version, and earlier ones can be read and brought back", async () => {
  const { file } = await put("note.txt", "one");
  const second = await put("note.txt", "two, and longer");
  expect([second.created, second.file.id, second.file.version, second.file.bytes]).toEqual([false, file.id, 2, 15]);
  expect((await read(file.id, 1)).toString()).toBe("one");
  const third = await restoreVersion(volume.parts, volume.by, { id: file.id, version: 1 });
  expect([third.version, third.bytes]).toEqual([3, 3]);
  expect((await read(file.id)).toString()).toBe("one");
  const versions = await listVersions(volume.parts, volume.by.scope, file.id, { limit: 2 });
  expect(versions.items.map((one) => [one.version, one.replacedAt === null])).toEqual([
    [3, true],
    [2, false],
  ]);
  const rest = await listVersions(volume.parts, volume.by.scope, file.id, { limit: 2, cursor: versions.next! });
  expect([rest.items.map((one) => one.version), rest.next]).toEqual([[1], null]);
  expect(await refusal(restoreVersion(volume.parts, volume.by, { id: file.id, version: 3 }))).toBe("conflict");
  expect(await refusal(restoreVersion(volume.parts, volume.by, { id: file.id, version: 9 }))).toBe("not_found");
});

test("of many versions the last are kept, and the rest gives its room back", async () => {
  const parts = volume.with({ limits: { versionsMax: 3 } });
  for (let at = 1; at <= 5; at++) await put("a", `${at}`.repeat(at), { parts });
  const { id } = await getFileAt(volume.parts, volume.by.scope, "a");
  const { items } = await listVersions(volume.parts, volume.by.scope, id, { limit: 10 });
  expect(items.map((one) => one.version)).toEqual([5, 4, 3]);
  expect(await refusal(readFile(volume.parts, volume.by.scope, parseId("fil", id)!, 1))).toBe("not_found");
  expect(await readVolume(volume.parts, volume.by.scope)).toMatchObject({ bytes: 5 + 4 + 3, files: 1 });
});

test("preconditions hold under a race: of writers that read the same version one wins", async () => {
  const { file } = await put("a", "one");
  const outcomes = await Promise.allSettled(
    ["b", "c", "d", "e"].map((content) => put("a", content, { if: { match: [file.version], none: false } })),
  );
  expect(outcomes.filter((one) => one.status === "fulfilled")).toHaveLength(1);
  const reasons = outcomes.flatMap((one) => (one.status === "rejected" ? [(one.reason as AppError).code] : []));
  expect(reasons).toEqual(["precondition_failed", "precondition_failed", "precondition_failed"]);
  const news = await Promise.allSettled(
    ["1", "2", "3"].map((content) => put("new", content, { if: { match: null, none: true } })),
  );
  expect(news.filter((one) => one.status === "fulfilled")).toHaveLength(1);
  expect(await refusal(put("absent", "x", { if: { match: "any", none: false } }))).toBe("precondition_failed");
});

test("a name is a file or a folder, never both, under a race too", async () => {
  await put("a/b/c", "x");
  expect(await refusal(put("a/b", "x"))).toBe("conflict");
  expect(await refusal(put("a", "x"))).toBe("conflict");
  expect(await refusal(put("a/b/c/d", "x"))).toBe("conflict");
  const outcomes = await Promise.allSettled([put("x", "1"), put("x/y", "2"), put("x/y/z", "3"), put("x/w", "4")]);
  const paths = shown({ items: (await list("", { search: "x" })).items });
  for (const path of paths) expect(paths.filter((other) => other.startsWith(`${path}/`))).toEqual([]);
  expect(outcomes.filter((one) => one.status === "fulfilled")).toHaveLength(paths.length);
});

test("a folder is listed with its files and folders, in pages, whatever lies deeper", async () => {
  for (const path of ["b.txt", "a/1", "a/2", "a/deep/er/3", "a.txt", "a-b/4", "c/5", "Ä/6", "z/7"]) await put(path);
  const all = ["a-b/", "a.txt", "a/", "b.txt", "c/", "z/", "Ä/"];
  expect(shown(await list())).toEqual(all);
  expect(shown(await list("a"))).toEqual(["a/1", "a/2", "a/deep/"]);
  expect(shown(await list("a/deep/"))).toEqual(["a/deep/er/"]);
  expect(shown(await list("nowhere"))).toEqual([]);
  for (const limit of [1, 2, 3]) {
    const seen: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await list("", { limit, ...(cursor === undefined ? {} : { cursor }) });
      expect(page.items.length).toBeLessThanOrEqual(limit);
      seen.push(...shown(page));
      cursor = page.next;
    }
    expect(seen).toEqual(all);
  }
  expect(await refusal(list("a", { cursor: "b.txt" }))).toBe("value_invalid");
  expect(await refusal(list("../x"))).toBe("value_invalid");
});

test("a search finds files at any depth by their path below the folder, in whatever case", async () => {
  for (const path of ["Reports/März/Übersicht.PDF", "reports/other.pdf", "pdf/notes.txt", "100%_x"]) await put(path);
  expect(shown(await list("", { search: "übersicht" }))).toEqual(["Reports/März/Übersicht.PDF"]);
  expect(shown(await list("", { search: "PDF" }))).toEqual([
    "Reports/März/Übersicht.PDF",
    "pdf/notes.txt",
    "reports/other.pdf",
  ]);
  expect(shown(await list("pdf", { search: "pdf" }))).toEqual([]);
  expect(shown(await list("", { search: "%_" }))).toEqual(["100%_x"]);
  expect(shown(await list("", { search: "pdf", limit: 1, cursor: "Reports/März/Übersicht.PDF" }))).toEqual([
    "pdf/notes.txt",
  ]);
});

test("a file is moved with its versions, and never over another unasked", async () => {
  const { file } = await put("a/old.txt", "one");
  await put("a/old.txt", "two");
  await put("b.txt", "other");
  expect(await refusal(moveFiles(volume.parts, volume.by, { from: "a/old.txt", to: "b.txt", overwrite: false }))).toBe(
    "conflict",
  );
  expect(await refusal(moveFiles(volume.parts, volume.by, { from: "a/old.txt", to: "b.txt/c", overwrite: true }))).toBe(
    "conflict",
  );
  expect(await refusal(moveFiles(volume.parts, volume.by, { from: "nowhere", to: "c", overwrite: false }))).toBe(
    "not_found",
  );
  expect(await moveFiles(volume.parts, volume.by, { from: "a/old.txt", to: "b.txt", overwrite: true })).toBe(1);
  expect(await getFileAt(volume.parts, volume.by.scope, "b.txt")).toMatchObject({ id: file.id, version: 2 });
  expect((await read(file.id, 1)).toString()).toBe("one");
  const deleted = await listDeletedFiles(volume.parts, volume.by.scope, { limit: 10 });
  expect(deleted.items.map((one) => one.path)).toEqual(["b.txt"]);
  expect(await moveFiles(volume.parts, volume.by, { from: "b.txt", to: "b.txt/inner", overwrite: false })).toBe(1);
  expect(shown(await list("b.txt"))).toEqual(["b.txt/inner"]);
});

test("a folder is moved as a whole", async () => {
  for (const path of ["x/1", "x/y/2", "x/y/z/3", "xy/4", "t/old"]) await put(path);
  expect(await refusal(moveFiles(volume.parts, volume.by, { from: "x", to: "x/y/inside", overwrite: false }))).toBe(
    "conflict",
  );
  expect(await refusal(moveFiles(volume.parts, volume.by, { from: "x/y", to: "x", overwrite: true }))).toBe("conflict");
  expect(await refusal(moveFiles(volume.parts, volume.by, { from: "x", to: "t", overwrite: false }))).toBe("conflict");
  expect(
    await refusal(moveFiles(volume.parts, volume.by, { from: "x", to: `${"d/".repeat(30)}d`, overwrite: false })),
  ).toBe("value_invalid");
  expect(await refusal(moveFiles(volume.parts, volume.by, { from: "x", to: "t/old/in", overwrite: false }))).toBe(
    "conflict",
  );
  expect(await moveFiles(volume.parts, volume.by, { from: "x", to: "t", overwrite: true })).toBe(3);
  expect(shown(await list("", { search: "" }))).toEqual(["t/", "xy/"]);
  expect(shown(await list("", { search: "/" }))).toEqual(["t/1", "t/y/2", "t/y/z/3", "xy/4"]);
  expect(await moveFiles(volume.parts, volume.by, { from: "t", to: "ü.new/ß", overwrite: false })).toBe(3);
  expect(shown(await list("ü.new", { search: "/" }))).toEqual(["ü.new/ß/1", "ü.new/ß/y/2", "ü.new/ß/y/z/3"]);
});

test("a deleted file keeps its room and comes back, unless something took its place", async () => {
  const { file } = await put("a/b", "content");
  await deleteFile(volume.parts, volume.by, { id: file.id, forever: false, if: ALWAYS });
  expect(await refusal(getFileAt(volume.parts, volume.by.scope, "a/b"))).toBe("not_found");
  expect(await refusal(readFile(volume.parts, volume.by.scope, parseId("fil", file.id)!))).toBe("not_found");
  expect((await getFile(volume.parts, volume.by.scope, file.id)).deletedAt).not.toBeNull();
  expect(await refusal(deleteFile(volume.parts, volume.by, { id: file.id, forever: false, if: ALWAYS }))).toBe(
    "not_found",
  );
  expect(await readVolume(volume.parts, volume.by.scope)).toMatchObject({ bytes: 7, files: 1 });
  await put("a/b", "another");
  expect(await refusal(restoreFile(volume.parts, volume.by, { id: file.id }))).toBe("conflict");
  expect(await refusal(restoreFile(volume.parts, volume.by, { id: file.id, path: "a/b/c" }))).toBe("conflict");
  expect((await restoreFile(volume.parts, volume.by, { id: file.id, path: "a/c" })).path).toBe("a/c");
  expect((await read(file.id)).toString()).toBe("content");
  expect(await refusal(restoreFile(volume.parts, volume.by, { id: file.id }))).toBe("conflict");
});

test("a file deleted for good gives its room back at once", async () => {
  const { file } = await put("a", "content");
  await put("a", "content 2");
  expect(
    await refusal(deleteFile(volume.parts, volume.by, { id: file.id, forever: true, if: { match: [1], none: false } })),
  ).toBe("precondition_failed");
  await deleteFile(volume.parts, volume.by, { id: file.id, forever: true, if: { match: [2], none: false } });
  expect(await refusal(getFile(volume.parts, volume.by.scope, file.id))).toBe("not_found");
  expect(await readVolume(volume.parts, volume.by.scope)).toMatchObject({ bytes: 0, files: 0 });
});

test("a folder is deleted as a whole, and its files are listed as deleted, in pages", async () => {
  for (const path of ["x/1", "x/y/2", "x/3", "z"]) await put(path);
  expect(await refusal(deleteFolder(volume.parts, volume.by, "z"))).toBe("conflict");
  expect(await refusal(deleteFolder(volume.parts, volume.by, "nowhere"))).toBe("not_found");
  expect(await deleteFolder(volume.parts, volume.by, "x")).toBe(3);
  expect(shown(await list())).toEqual(["z"]);
  const seen: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const query = { limit: 2, ...(cursor === undefined ? {} : { cursor }) };
    const page = await listDeletedFiles(volume.parts, volume.by.scope, query);
    seen.push(...page.items.map((one) => one.path));
    cursor = page.next;
  }
  expect(seen.toSorted()).toEqual(["x/1", "x/3", "x/y/2"]);
});

test("an upload that breaks off changes nothing and gives its room back", async () => {
  const broken = async function* (): AsyncGenerator<Uint8Array> {
    yield noise("x", 5000);
    throw new Error("the connection is gone");
  };
  const upload = { path: "a", if: ALWAYS, bytes: 9000, source: broken() };
  expect(await refusal(putFile(volume.parts, volume.by, upload))).toBe("invalid_request");
  expect(shown(await list())).toEqual([]);
  const { count } = await volume.db.admin.query({
    text: "select from steward.file_uploads where project = $1",
    values: [volume.by.scope.project],
  });
  expect([count, (await readVolume(volume.parts, volume.by.scope)).bytes]).toEqual([0, 0]);
});

test("an upload that stands still, or drips, is given up", async () => {
  const parts = volume.with({ limits: { paceMs: 1000, paceBytes: 100 } });
  const still = async function* (): AsyncGenerator<Uint8Array> {
    yield noise("x", 10);
    volume.clock.advance(600);
    yield noise("y", 10);
    setImmediate(() => volume.clock.advance(600));
    await new Promise(() => undefined);
  };
  const act = putFile(parts, volume.by, { path: "a", if: ALWAYS, bytes: null, source: still() });
  expect(await refusal(act)).toBe("request_timeout");
});

test("a store that fails fails the upload, and nothing is left of it but what a sweep takes", async () => {
  const blobs = { ...volume.parts.blobs, put: () => Promise.reject(new AppError("unavailable", "no store")) };
  expect(await refusal(put("a", noise("x", 9000), { parts: volume.with({ parts: { blobs } }) }))).toBe("unavailable");
  expect(shown(await list())).toEqual([]);
});

test("every change is in the audit, by ids and counts alone, and no read is", async () => {
  const { file } = await put("secret name.txt", "x");
  await put("secret name.txt", "y");
  await restoreVersion(volume.parts, volume.by, { id: file.id, version: 1 });
  await moveFiles(volume.parts, volume.by, { from: "secret name.txt", to: "secret folder/name", overwrite: false });
  await moveFiles(volume.parts, volume.by, { from: "secret folder", to: "secret other", overwrite: false });
  await deleteFolder(volume.parts, volume.by, "secret other");
  await restoreFile(volume.parts, volume.by, { id: file.id, path: "secret again" });
  await deleteFile(volume.parts, volume.by, { id: file.id, forever: false, if: ALWAYS });
  await deleteFile(volume.parts, volume.by, { id: file.id, forever: true, if: ALWAYS });
  await list();
  const { rows } = await volume.db.admin.query<{ entries: unknown }>({
    text: "select entries from steward.audit_batches where organization = $1 order by seq",
    values: [volume.by.scope.organization],
  });
  const text = JSON.stringify(rows);
  const acts = [...text.matchAll(/\\?"action\\?":\\?"((?:file|folder)\.[a-z_]+)/g)].map(([, action]) => action);
  expect(acts).toEqual([
    "file.uploaded",
    "file.uploaded",
    "file.version_restored",
    "file.moved",
    "folder.moved",
    "folder.deleted",
    "file.restored",
    "file.deleted",
    "file.purged",
  ]);
  expect(text).not.toContain("secret");
  expect(text).toContain(file.id);
});
