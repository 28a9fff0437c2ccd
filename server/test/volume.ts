/** A project with a volume for tests: real database, keys and disk, on folders of the test's. */
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { diskBlobs } from "../src/adapters/blobs/disk-blobs.ts";
import { systemIds } from "../src/adapters/system/system-ids.ts";
import { type Actor, FILE_LIMITS, type FileLimits, type FileParts } from "../src/files/file-parts.ts";
import type { SweepParts } from "../src/files/sweep-volumes.ts";
import { createUploadSlots } from "../src/files/upload-slots.ts";
import type { Keyring } from "../src/keyring/keyring.ts";
import type { Scope } from "../src/store/scope.ts";
import { fakeClock, type FakeClock } from "./engine.ts";
import { openTestKeys } from "./open-test-keys.ts";
import { stewardDatabase, type StewardDatabase } from "./steward-database.ts";

export interface TestVolume {
  readonly parts: FileParts & SweepParts;
  readonly by: Actor;
  readonly db: StewardDatabase;
  readonly clock: FakeClock;
  readonly keyring: Keyring;
  readonly folder: string;
  readonly logs: string[];
  /** The same with other limits or parts. */
  with(change: { limits?: Partial<FileLimits>; parts?: Partial<FileParts> }): FileParts & SweepParts;
  /** The same for another project, which is made. */
  fresh(): Promise<TestVolume>;
  /** Names of the project's files beneath the blobs' folder. */
  blobFiles(): string[];
  close(): Promise<void>;
}

interface FilesOn extends Pick<FileParts, "database" | "clock" | "ids" | "log"> {
  readonly keyring: Keyring;
  readonly folder: string;
}

/** What the verbs on files need, with blobs on disk. */
export function testFiles({ keyring, folder, ...parts }: FilesOn, limits: FileLimits = FILE_LIMITS): FileParts {
  return {
    ...parts,
    blobs: diskBlobs(path.join(folder, "blobs"), () => randomBytes(6).toString("hex")),
    keysOf: ({ organization, project }) => keyring.project(organization, project),
    uploads: createUploadSlots(limits),
    limits,
  };
}

export async function testVolume(limits: Partial<FileLimits> = {}): Promise<TestVolume> {
  const db = await stewardDatabase();
  const folder = mkdtempSync(path.join(tmpdir(), "steward-volume-"));
  const clock = fakeClock(Date.now());
  const ids = systemIds(() => clock.nowMs());
  const keyring = await openTestKeys(folder, clock);
  const { database, dispatch } = db;
  const scope = { organization: ids.uuid(), project: ids.uuid() };
  await makeProject(db, keyring, scope);
  const blobsFolder = path.join(folder, "blobs");
  const logs: string[] = [];
  const bounds = { ...FILE_LIMITS, chunkBytes: 1000, ...limits };
  const log: FileParts["log"] = (message, error) =>
    void logs.push(`${message} ${error instanceof Error ? (error.stack ?? "") : ""}`);
  const parts = { ...testFiles({ database, keyring, clock, ids, folder, log }, bounds), dispatch };
  const volumeOf = (own: Scope): TestVolume => ({
    parts,
    by: { scope: own, shownId: "key_test" },
    db,
    clock,
    keyring,
    folder: blobsFolder,
    logs,
    with: (change) => ({ ...parts, ...change.parts, limits: { ...bounds, ...change.limits } }),
    async fresh() {
      const other = { organization: ids.uuid(), project: ids.uuid() };
      await makeProject(db, keyring, other);
      return volumeOf(other);
    },
    blobFiles: () => filesBeneath(path.join(blobsFolder, own.project)),
    async close() {
      await db.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  });
  return volumeOf(scope);
}

function filesBeneath(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  return found.map((one) => one.name).toSorted();
}

/** An organization with one project and its keys. */
export async function makeProject(
  db: StewardDatabase,
  keyring: Keyring,
  { organization, project }: Scope,
): Promise<void> {
  await keyring.createOrganization(organization);
  await keyring.createProject(organization, project);
  await db.admin.query({
    text: "insert into steward.organizations (id, name, created_at) values ($1, 'test', now())",
    values: [organization],
  });
  await db.admin.query({
    text: `insert into steward.projects (organization, id, slug, name, time_zone, created_at)
      values ($1, $2, $3, 'test', 'UTC', now())`,
    values: [organization, project, `p-${project}`],
  });
}

/** Bytes in pieces, as a connection would bring them. */
export async function* piecesOf(bytes: Uint8Array, pieceBytes = 700): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

/** Bytes that repeat nowhere, the same for the same seed. */
export function noise(seed: string, bytes: number): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0; at * 32 < bytes; at++) blocks.push(createHash("sha256").update(`${seed} ${at}`).digest());
  return Buffer.concat(blocks).subarray(0, bytes);
}
