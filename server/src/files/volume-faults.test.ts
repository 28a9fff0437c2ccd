import { cpSync, rmSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { noise, piecesOf, type TestVolume, testVolume } from "../../test/volume.ts";
import { diskBlobs } from "../adapters/blobs/disk-blobs.ts";
import { openHome } from "../adapters/home/home.ts";
import { homeKeyFiles } from "../adapters/key-files/home-key-files.ts";
import { AppError } from "../core/errors.ts";
import { parseId } from "../core/id.ts";
import { SealError } from "../keyring/seal-error.ts";
import { keyProcess, toolsOf } from "../keyring/key-tools.testsuite.ts";
import { shredProject } from "../keyring/shred-project.ts";
import { noteBlob } from "../store/blobs.ts";
import { openChunk, openChunks } from "./content.ts";
import { deleteFile } from "./delete-files.ts";
import type { FileParts } from "./file-parts.ts";
import { getFileAt, readVolume } from "./list-files.ts";
import { putFile } from "./put-file.ts";
import { readFile } from "./read-file.ts";
import { restoreVersion } from "./restore-files.ts";
import { startSweeping } from "./start-sweeping.ts";
import { createSweep, purgeFiles, sweepBlobs } from "./sweep-volumes.ts";
import { createUploadSlots } from "./upload-slots.ts";

let installed: TestVolume;
let volume: TestVolume;
beforeAll(async () => {
  installed = await testVolume();
});
beforeEach(async () => {
  volume = await installed.fresh();
});
afterAll(() => installed.close());

const ALWAYS = { match: null, none: false };
const DAY_MS = 86_400_000;
const START = Buffer.alloc(0);

async function put(
  name: string,
  content: Buffer,
  parts: FileParts = volume.parts,
  bytes: number | null = content.length,
) {
  return (await putFile(parts, volume.by, { path: name, if: ALWAYS, bytes, source: piecesOf(content) })).file;
}

async function read(shown: string, parts: FileParts = volume.parts, version?: number): Promise<Buffer> {
  const content = await readFile(parts, volume.by.scope, parseId("fil", shown)!, version);
  return Buffer.concat(await Array.fromAsync(content.pieces(null)));
}

const code = async (act: Promise<unknown>): Promise<string> =>
  await act.then(
    () => "nothing was refused",
    (error: unknown) =>
      error instanceof AppError ? error.code : error instanceof SealError ? error.name : String(error),
  );

const admin = async (text: string, ...values: (string | number)[]): Promise<number> =>
  (await volume.db.admin.query({ text, values: [volume.by.scope.project, ...values] })).count;

test("however many upload at once, a project's files never pass its quota, promised room included", async () => {
  const parts = volume.with({ limits: { volumeBytesMax: 10_000 } });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 8 }, (_, at) => put(`f${at}`, noise(`${at}`, 3000), parts)),
  );
  expect(outcomes.filter((one) => one.status === "fulfilled")).toHaveLength(3);
  for (const one of outcomes)
    if (one.status === "rejected") expect((one.reason as AppError).code).toBe("quota_exceeded");
  expect(await readVolume(volume.parts, volume.by.scope)).toMatchObject({ bytes: 9000, files: 3 });
  expect(await code(put("more", noise("m", 1001), parts))).toBe("quota_exceeded");
  expect((await put("more", noise("m", 1000), parts)).bytes).toBe(1000);
  expect(
    await code(restoreVersion(parts, volume.by, { id: (await put("more", Buffer.alloc(0), parts)).id, version: 1 })),
  ).toBe("quota_exceeded");
});

test("an upload of unknown length is stopped where the room ends, before it is stored whole", async () => {
  const parts = volume.with({ limits: { volumeBytesMax: 10_000 } });
  let sent = 0;
  const endless = async function* (): AsyncGenerator<Uint8Array> {
    for (;;) {
      sent += 1000;
      yield noise(`${sent}`, 1000);
    }
  };
  const upload = { path: "endless", if: ALWAYS, bytes: null, source: endless() };
  expect(await code(putFile(parts, volume.by, upload))).toBe("quota_exceeded");
  expect(sent).toBeLessThanOrEqual(11_000);
  expect(await admin("select from steward.file_uploads where project = $1")).toBe(0);
  const small = volume.with({ limits: { fileBytesMax: 2000 } });
  const again = { path: "endless", if: ALWAYS, bytes: null, source: endless() };
  expect(await code(putFile(small, volume.by, again))).toBe("body_too_large");
  expect(await code(put("large", noise("x", 2001), small))).toBe("body_too_large");
});

test("files are counted, deleted ones too, and no more are made than may be", async () => {
  const parts = volume.with({ limits: { filesMax: 2 } });
  const outcomes = await Promise.allSettled(["a", "b", "c", "d"].map((name) => put(name, noise(name, 10), parts)));
  expect(outcomes.filter((one) => one.status === "fulfilled")).toHaveLength(2);
  const kept = (
    await Promise.all(
      ["a", "b", "c", "d"].map((name) => getFileAt(volume.parts, volume.by.scope, name).catch(() => null)),
    )
  ).find(Boolean)!;
  await deleteFile(volume.parts, volume.by, { id: kept.id, forever: false, if: ALWAYS });
  expect(await code(put("e", noise("e", 10), parts))).toBe("quota_exceeded");
  await deleteFile(volume.parts, volume.by, { id: kept.id, forever: true, if: ALWAYS });
  expect((await put("e", noise("e", 10), parts)).version).toBe(1);
});

test("room promised to an upload that died comes back when its time is over", async () => {
  const parts = volume.with({ limits: { volumeBytesMax: 1000 } });
  await put("a", noise("a", 100), parts);
  await admin(
    "insert into steward.file_uploads (project, id, bytes, expires_at) values ($1, gen_random_uuid(), 900, now() + interval '1 hour')",
  );
  expect(await code(put("b", noise("b", 100), parts))).toBe("quota_exceeded");
  await admin("update steward.file_uploads set expires_at = now() - interval '1 second' where project = $1");
  expect((await put("b", noise("b", 100), parts)).bytes).toBe(100);
  await purgeFiles(parts, volume.by.scope);
  expect(await admin("select from steward.file_uploads where project = $1")).toBe(0);
});

test("only so many uploads stream at once, each project having its share", async () => {
  const slots = createUploadSlots({ uploadsMax: 3, uploadsPerProjectMax: 2 });
  const leave = [slots.enter("p"), slots.enter("p")];
  expect(() => slots.enter("p")).toThrow("2 uploads under way for this project, 2 in all");
  leave.push(slots.enter("q"));
  expect(() => slots.enter("r")).toThrow("3 in all");
  for (const one of leave) one();
  expect(slots.enter("p")).toBeTypeOf("function");
});

test("a content that was tampered with, cut off, reordered or taken from elsewhere does not open", async () => {
  const file = await put("a", noise("a", 3500));
  const id = parseId("fil", file.id)!;
  await put("a", noise("a2", 3500));
  const other = parseId("fil", (await put("b", noise("b", 3500))).id)!;
  const faults: Readonly<Record<string, readonly [text: string, ...values: string[]]>> = {
    "shorter by its last chunk": [
      "update steward.file_versions set bytes = 3000 where project = $1 and file = $2 and version = 2",
      id,
    ],
    "another version's list": [
      "update steward.file_versions v set chunks = o.chunks from steward.file_versions o where v.project = $1 and v.file = $2 and v.version = 2 and o.project = v.project and o.file = v.file and o.version = 1",
      id,
    ],
    "another file's list": [
      "update steward.file_versions v set chunks = o.chunks from steward.file_versions o where v.project = $1 and v.file = $2 and v.version = 2 and o.project = v.project and o.file = $3 and o.version = 1",
      id,
      other,
    ],
    "a flipped bit": [
      "update steward.file_versions set chunks = set_byte(chunks, 40, get_byte(chunks, 40) # 1) where project = $1 and file = $2 and version = 2",
      id,
    ],
  };
  for (const [fault, [text, ...values]] of Object.entries(faults)) {
    await admin("create table if not exists public.kept as select * from steward.file_versions where project = $1");
    await admin("delete from public.kept where project = $1 or project <> $1");
    await admin("insert into public.kept select * from steward.file_versions where project = $1");
    expect([fault, await admin(text, ...values)]).toEqual([fault, 1]);
    expect([fault, await code(read(file.id))]).toEqual([fault, "SealError"]);
    await admin(
      "update steward.file_versions v set chunks = k.chunks, bytes = k.bytes from public.kept k where v.project = $1 and k.file = v.file and k.version = v.version",
    );
    expect((await read(file.id)).equals(noise("a2", 3500))).toBe(true);
  }
  await admin("drop table public.kept".concat(" -- $1")).catch(() => undefined);
  const [one, two] = volume
    .blobFiles()
    .map((name) => path.join(volume.folder, volume.by.scope.project, name.slice(0, 2), name));
  cpSync(one!, `${one}.kept`);
  cpSync(two!, one!);
  const reads = await Promise.all([1, 2].map((version) => code(read(file.id, volume.parts, version))));
  const third = await code(
    readFile(volume.parts, volume.by.scope, other).then(async (content) => await Array.fromAsync(content.pieces(null))),
  );
  expect([...reads, third]).toContain("SealError");
  cpSync(`${one}.kept`, one!);
  rmSync(`${one}.kept`);
});

test("another project's keys open nothing, and its scope finds nothing", async () => {
  const file = await put("a", noise("a", 100));
  const other = await volume.fresh();
  expect(await code(readFile(volume.parts, other.by.scope, parseId("fil", file.id)!))).toBe("not_found");
  expect(await code(getFileAt(volume.parts, other.by.scope, "a"))).toBe("not_found");
  const keysOf = (): ReturnType<FileParts["keysOf"]> => volume.parts.keysOf(other.by.scope);
  expect(await code(read(file.id, { ...volume.parts, keysOf }))).toBe("SealError");
});

test("once its keys are shredded, nothing of a project's files can be read, not from a copy made before either", async () => {
  const home = path.join(volume.folder, "..", "shred");
  const copy = path.join(volume.folder, "..", "copy");
  const files = homeKeyFiles(openHome(home).folder, process.getuid?.() ?? null);
  const keys = keyProcess(files);
  const { organization, project } = volume.by.scope;
  await keys.keyring.createOrganization(organization);
  await keys.keyring.createProject(organization, project);
  const keysOf: FileParts["keysOf"] = (scope) => keys.keyring.project(scope.organization, scope.project);
  const plain = noise("telltale", 5000);
  const file = await put("a", plain, { ...volume.parts, keysOf });
  const under = await readFile({ ...volume.parts, keysOf }, volume.by.scope, parseId("fil", file.id)!);
  cpSync(path.join(volume.folder, project), path.join(copy, project), { recursive: true });
  const blobs = diskBlobs(copy, () => "none");
  const { rows } = await volume.db.admin.query<{ chunks: Buffer }>({
    text: "select chunks from steward.file_versions where project = $1",
    values: [project],
  });

  await shredProject(toolsOf(keys), { organization, project });

  expect(await code(read(file.id, { ...volume.parts, keysOf }))).toBe("SealError");
  expect(await code(read(file.id, { ...volume.parts, blobs, keysOf }))).toBe("SealError");
  expect(await code(Array.fromAsync(under.pieces(null)))).toBe("SealError"); // begun before
  const restarted = keyProcess(files).keyring;
  const anew: FileParts["keysOf"] = (scope) => restarted.project(scope.organization, scope.project);
  expect(await code(read(file.id, { ...volume.parts, blobs, keysOf: anew }))).toBe("SealError");
  const left = await volume.parts.keysOf((await volume.fresh()).by.scope);
  expect(volume.blobFiles()).toHaveLength(5);
  for (const name of volume.blobFiles()) {
    const [address, sealed] = [Buffer.from(name, "hex"), (await blobs.get(project, Buffer.from(name, "hex")))!];
    for (let at = 0; at + 32 <= plain.length; at += 32)
      expect(sealed.includes(plain.subarray(at, at + 32))).toBe(false);
    expect(() => openChunk(left, address, sealed)).toThrow(SealError);
  }
  for (const { chunks } of rows) {
    const of = { file: parseId("fil", file.id)!, version: 1, bytes: 5000 };
    expect(() => openChunks(left, of, chunks)).toThrow(SealError);
  }
});

test("a sweep takes what nothing needs after its grace, and nothing else", async () => {
  const kept = await put("kept", noise("kept", 2500));
  const shared = Buffer.concat([noise("kept", 1000), noise("gone", 1000)]);
  const gone = await put("gone", shared);
  await noteBlob(volume.db.database, volume.by.scope, {
    address: Buffer.alloc(32, 1),
    bytes: 4,
    nowMs: volume.clock.nowMs(),
  });
  await volume.parts.blobs.put(volume.by.scope.project, Buffer.alloc(32, 1), Buffer.from("junk"));
  await noteBlob(volume.db.database, volume.by.scope, {
    address: Buffer.alloc(32, 2),
    bytes: 4,
    nowMs: volume.clock.nowMs(),
  });
  await volume.parts.blobs.put(volume.by.scope.project, Buffer.alloc(32, 2), Buffer.from("a run's"));
  await admin(
    "insert into steward.blob_references (project, run, address) values ($1, gen_random_uuid(), decode(repeat('02', 32), 'hex'))",
  );
  await deleteFile(volume.parts, volume.by, { id: gone.id, forever: true, if: ALWAYS });
  await sweepBlobs(volume.parts, volume.by.scope, START);
  expect(volume.blobFiles()).toHaveLength(6);
  volume.clock.advance(DAY_MS + 1);
  expect(await sweepBlobs(volume.parts, volume.by.scope, START)).toBeNull();
  expect(volume.blobFiles()).toHaveLength(4); // three chunks of "kept", and the run's
  expect((await read(kept.id)).equals(noise("kept", 2500))).toBe(true);
});

test("an upload that uses a blob again while it is swept finds it, or stores it anew", async () => {
  const content = noise("again", 8000);
  for (let round = 0; round < 5; round++) {
    const first = await put("a", content);
    await deleteFile(volume.parts, volume.by, { id: first.id, forever: true, if: ALWAYS });
    volume.clock.advance(2 * DAY_MS);
    const slow = {
      ...volume.parts.blobs,
      remove: async (project: string, address: Buffer) => {
        await new Promise((resolve) => void setImmediate(resolve));
        await volume.parts.blobs.remove(project, address);
      },
    };
    const [file] = await Promise.all([
      put("a", content),
      sweepBlobs({ ...volume.parts, blobs: slow }, volume.by.scope, START),
    ]);
    expect((await read(file.id)).equals(content)).toBe(true);
    await deleteFile(volume.parts, volume.by, { id: file.id, forever: true, if: ALWAYS });
  }
});

test("a sweep whose store fails keeps the rows, and the next one does it", async () => {
  const file = await put("a", noise("a", 3000));
  await deleteFile(volume.parts, volume.by, { id: file.id, forever: true, if: ALWAYS });
  volume.clock.advance(2 * DAY_MS);
  const broken = {
    ...volume.parts,
    blobs: { ...volume.parts.blobs, remove: () => Promise.reject(new AppError("unavailable", "no store")) },
  };
  expect(await code(sweepBlobs(broken, volume.by.scope, START))).toBe("unavailable");
  expect([await admin("select from steward.blobs where project = $1"), volume.blobFiles().length]).toEqual([3, 3]);
  await sweepBlobs(volume.parts, volume.by.scope, START);
  expect([await admin("select from steward.blobs where project = $1"), volume.blobFiles().length]).toEqual([0, 0]);
});

test("what was deleted or replaced 30 days ago is purged with its room, and then its blobs", async () => {
  const old = await put("old", noise("old", 1500));
  const edited = await put("edited", noise("one", 1000));
  await put("edited", noise("two", 1000));
  await deleteFile(volume.parts, volume.by, { id: old.id, forever: false, if: ALWAYS });
  await purgeFiles(volume.parts, volume.by.scope);
  expect(await readVolume(volume.parts, volume.by.scope)).toMatchObject({ bytes: 3500, files: 2 });
  volume.clock.advance(30 * DAY_MS + 1);
  const sweep = createSweep(volume.parts);
  for (let step = 0; step < 10 && !(await sweep.step()); step++);
  expect(await readVolume(volume.parts, volume.by.scope)).toMatchObject({ bytes: 1000, files: 1 });
  expect(volume.blobFiles()).toHaveLength(4); // in their grace
  volume.clock.advance(DAY_MS + 1);
  const sweeping = startSweeping(volume.parts);
  volume.clock.advance(60_001);
  await expect.poll(() => volume.blobFiles().length).toBe(1);
  await sweeping.stop();
  expect((await read(edited.id)).equals(noise("two", 1000))).toBe(true);
});
