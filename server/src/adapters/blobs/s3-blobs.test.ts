import { createHash, createHmac, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { AppError } from "../../core/errors.ts";
import { parseAllowList } from "../../core/egress/allow-list.ts";
import type { BlobStore } from "../../core/ports/blob-store.ts";
import type { Clock } from "../../core/ports/clock.ts";
import { createEgress } from "../egress/create-egress.ts";
import { blobStoreSuite } from "./blob-store.testsuite.ts";
import { s3Blobs, type S3Keys } from "./s3-blobs.ts";

interface Counterpart {
  run(): Promise<{ readonly port: number }>;
  close(): Promise<void>;
}
type CounterpartClass = new (options: {
  address: string;
  port: number;
  silent: boolean;
  directory: string;
  configureBuckets: readonly { name: string }[];
}) => Counterpart;
// It brings no types.
const S3rver = createRequire(import.meta.url)("s3rver") as CounterpartClass;

const P = "01900000-0000-7000-8000-00000000000a";
const KEYS: S3Keys = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER", sessionToken: null };
/** Waits for nothing: repetitions follow at once, and are counted. */
const pauses: number[] = [];
const clock: Clock = {
  nowMs: Date.now,
  monotonicMs: () => performance.now(),
  after: (ms, callback) => {
    pauses.push(ms);
    setImmediate(callback);
    return () => undefined;
  },
};
const egress = createEgress({ allow: parseAllowList("127.0.0.1"), nowMs: () => performance.now() });
const folder = mkdtempSync(path.join(tmpdir(), "steward-s3-"));
const options = {
  address: "127.0.0.1",
  port: 0,
  silent: true,
  directory: folder,
  configureBuckets: [{ name: "files" }],
};
const counterpart = new S3rver(options);
let port = 0;
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  port = (await counterpart.run()).port;
});
afterEach(() => {
  for (const close of closing.splice(0)) close();
  pauses.length = 0;
});
afterAll(async () => {
  await egress.close();
  await counterpart.close();
  rmSync(folder, { recursive: true, force: true });
});

function storeAt(at: number, more: { keys?: S3Keys; bucket?: string; timeoutMs?: number } = {}): BlobStore {
  const place = {
    bucket: more.bucket ?? "files",
    prefix: "a/b",
    region: "us-east-1",
    endpoint: `http://127.0.0.1:${at}`,
  };
  const { keys = KEYS, timeoutMs = 5000 } = more;
  return s3Blobs({ place, keys, egress, clock, random: () => 0.5, timeoutMs });
}

blobStoreSuite("S3", () => storeAt(port));

const refusal = async (act: Promise<unknown>): Promise<string> => {
  const error: unknown = await act.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw error;
  return `${error.code}: ${error.message}`;
};

test("a wrong key is told as S3 says it, at once, and not as a blob that isn't there", async () => {
  const store = storeAt(port, { keys: { ...KEYS, accessKeyId: "nobody" } });
  const address = randomBytes(32);
  expect(await refusal(store.get(P, address))).toMatch(/^unavailable: .*GET\) answered 403 InvalidAccessKeyId\.$/);
  expect(await refusal(store.put(P, address, Buffer.from("x")))).toMatch(/answered 403/);
  expect(await refusal(store.remove(P, address))).toMatch(/answered 403/);
  expect(pauses).toEqual([]);
});

test("a bucket that isn't there is no missing blob", async () => {
  const store = storeAt(port, { bucket: "nowhere" });
  expect(await refusal(store.get(P, randomBytes(32)))).toMatch(/404 NoSuchBucket/);
  expect(await refusal(store.put(P, randomBytes(32), Buffer.from("x")))).toMatch(/404 NoSuchBucket/);
});

/** Answers each request, in order, by what is listed; the last goes on. "reset" ends the connection, null hangs. */
async function scripted(answers: readonly (string | null)[]): Promise<{ port: number; heads: string[] }> {
  const heads: string[] = [];
  const sockets: net.Socket[] = [];
  const server = net.createServer((socket) => {
    sockets.push(socket);
    let read = "";
    socket.on("error", () => undefined);
    socket.on("data", (piece) => {
      read += piece.toString("latin1");
      const head = /^(.*?)\r\n\r\n/s.exec(read)?.[1];
      const length = Number(/content-length: (\d+)/.exec(head ?? "")?.[1] ?? 0);
      if (head === undefined || read.length < head.length + 4 + length) return;
      read = "";
      const answer = answers[Math.min(heads.length, answers.length - 1)]!;
      heads.push(head);
      if (answer === "reset") socket.resetAndDestroy();
      else if (answer !== null) socket.end(answer);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  closing.push(
    () => server.close(),
    () => sockets.forEach((socket) => socket.destroy()),
  );
  const at = server.address();
  if (at === null || typeof at === "string") throw new Error("no port");
  return { port: at.port, heads };
}

const answerOf = (status: string, body = ""): string =>
  `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
const PARTIAL = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this";

test("an error that may pass is asked again, later each time, and then told", async () => {
  const passing = await scripted([
    answerOf("500 Oh", "<Error><Code>InternalError</Code></Error>"),
    answerOf("503 Slow"),
    "reset",
    answerOf("200 OK", "here"),
  ]);
  expect((await storeAt(passing.port).get(P, randomBytes(32)))?.toString()).toBe("here");
  expect(pauses).toEqual([150, 300, 600]);
  const lasting = await scripted([answerOf("500 Oh", "<Error><Code>InternalError</Code></Error>")]);
  expect(await refusal(storeAt(lasting.port).get(P, randomBytes(32)))).toBe(
    "unavailable: The blob store (S3, GET) answered 500 InternalError.",
  );
  expect(lasting.heads).toHaveLength(4);
});

test("half a blob is no blob", async () => {
  const cut = await scripted([PARTIAL]);
  expect(await refusal(storeAt(cut.port).get(P, randomBytes(32)))).toMatch(/^unavailable: .*broke off/);
  const mended = await scripted([PARTIAL, answerOf("200 OK", "whole")]);
  expect((await storeAt(mended.port).get(P, randomBytes(32)))?.toString()).toBe("whole");
});

test("a store that does not answer is given up in time", async () => {
  const silent = await scripted([null]);
  const startMs = performance.now();
  expect(await refusal(storeAt(silent.port, { timeoutMs: 50 }).put(P, randomBytes(32), Buffer.from("x")))).toMatch(
    /no complete answer within 50 ms/,
  );
  expect(performance.now() - startMs).toBeLessThan(3000);
});

test("a put that S3 refuses is not taken for done", async () => {
  const full = await scripted([answerOf("404 No"), answerOf("507 Full", "<Error><Code>QuotaExceeded</Code></Error>")]);
  expect(await refusal(storeAt(full.port).put(P, randomBytes(32), Buffer.from("x")))).toMatch(
    /PUT\) answered 507 QuotaExceeded/,
  );
});

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** The signature of a request's head (Amazon S3 API, "Signature Calculations for the Authorization Header"). */
function signatureOf(head: string, secret: string): string {
  const [first = "", ...lines] = head.split("\r\n");
  const [method = "", target = ""] = first.split(" ");
  const headers = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
  );
  const [, scope = "", names = ""] =
    /Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+)/.exec(headers.get("authorization") ?? "") ?? [];
  const signed = names.split(";").map((name) => `${name}:${headers.get(name) ?? ""}\n`);
  const canonical = [method, target, "", signed.join(""), names, headers.get("x-amz-content-sha256")].join("\n");
  const text = ["AWS4-HMAC-SHA256", headers.get("x-amz-date"), scope, sha256(canonical)].join("\n");
  let key: string | Buffer = `AWS4${secret}`;
  for (const part of [...scope.split("/"), text]) key = createHmac("sha256", key).update(part).digest();
  return key.toString("hex");
}

test("requests are signed over the body, carry the session's token, and no key in clear", async () => {
  const seen = await scripted([answerOf("404 No"), answerOf("200 OK")]);
  const keys = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "s3cr3t", sessionToken: "t0ken" };
  await storeAt(seen.port, { keys }).put(P, Buffer.alloc(32, 7), Buffer.from("x"));
  const [head = "", put = ""] = seen.heads;
  expect(head).toMatch(/^HEAD \/files\/a\/b\/01900000-0000-7000-8000-00000000000a\/07\/(?:07){32} HTTP\/1\.1/);
  expect(put).toContain(`x-amz-content-sha256: ${sha256("x")}`);
  expect(put).toContain("x-amz-security-token: t0ken");
  for (const sent of seen.heads) expect(sent).toContain(`Signature=${signatureOf(sent, "s3cr3t")}`);
  expect(put).toMatch(/SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token/);
  expect(seen.heads.join("")).not.toContain("s3cr3t");
});
