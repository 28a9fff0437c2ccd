/** The built page, held in memory whole: what is not in it can't be asked for, whatever the path says. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

export interface PageFile {
  readonly type: string;
  readonly body: Buffer;
  /** Null where it would not be smaller. */
  readonly gzipped: Buffer | null;
  readonly etag: string;
  /** The name carries a hash of the content, so that it never changes. */
  readonly immutable: boolean;
}

export interface PageFiles {
  /** By the path of the request, without its query: `/assets/main-1a2b3c4d.js`. */
  readonly byPath: ReadonlyMap<string, PageFile>;
  /** Null when the page was not built. */
  readonly index: PageFile | null;
}

const BYTES_MAX = 32 * 1024 * 1024;
const FILES_MAX = 1000;
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
};
const TEXT = /^text\/|json|svg/;

/** Reads the folder; one that is not there is an empty page. Files of other types are left out. */
export async function readPageFiles(folder: string): Promise<PageFiles> {
  const names = (await listed(folder)).filter((name) => TYPES[path.extname(name)] !== undefined).slice(0, FILES_MAX);
  const byPath = new Map<string, PageFile>();
  let bytes = 0;
  for (const name of names) {
    const body = await readFile(path.join(folder, name));
    bytes += body.length;
    if (bytes > BYTES_MAX) break;
    byPath.set(`/${name.split(path.sep).join("/")}`, await pageFile(name, body));
  }
  return { byPath, index: byPath.get("/index.html") ?? null };
}

async function listed(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
  } catch {
    return [];
  }
}

async function pageFile(name: string, body: Buffer): Promise<PageFile> {
  const type = TYPES[path.extname(name)] ?? "application/octet-stream";
  const small = TEXT.test(type) ? await promisify(gzip)(body, { level: 9 }) : body;
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
  return {
    type,
    body,
    gzipped: small.length < body.length ? small : null,
    etag,
    immutable: /^assets\W.*-[\w-]{8}\.\w+$/.test(name),
  };
}
