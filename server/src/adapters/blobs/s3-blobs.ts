/** Blobs as objects of an S3 bucket, through the one way out. Path and key hold no more than ids and digests. */
import { createHash } from "node:crypto";
import { AwsV4Signer } from "aws4fetch";
import { AppError } from "../../core/errors.ts";
import type { BlobStore } from "../../core/ports/blob-store.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Egress, EgressAnswer } from "../../core/ports/egress.ts";
import { blobFileName } from "./blob-file-name.ts";
import { s3BaseUrl, type S3Place } from "./s3-place.ts";

export interface S3Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of credentials that expire. */
  readonly sessionToken: string | null;
}

export interface S3Options {
  readonly place: S3Place;
  readonly keys: S3Keys;
  readonly egress: Egress;
  readonly clock: Clock;
  /** In [0, 1), for the spread of repetitions. */
  readonly random: () => number;
  /** For one request with its answer; by default 30 s. */
  readonly timeoutMs?: number;
}

type Method = "GET" | "HEAD" | "PUT" | "DELETE";
type Complete = Extract<EgressAnswer, { kind: "answer" }>;

/** More than any blob: the largest value of a run, sealed. */
const BLOB_BYTES_MAX = 272 * 1024 * 1024;
const TIMEOUT_MS = 30_000;
/** All four requests may be repeated whatever became of them: they say what is to be there, not what is to change. */
const ATTEMPTS_MAX = 4;
const DELAY_MS = 200;
/** Connections are shared by all blobs: who may see which is settled before this is called. */
const PARTITION = "blobs";
const EMPTY = new Uint8Array();

/** Throws `unavailable` for whatever S3 does not do within four attempts, naming its answer but no key. */
export function s3Blobs(options: S3Options): BlobStore {
  const base = s3BaseUrl(options.place);
  const signingKeys = new Map<string, ArrayBuffer>(); // one a day: see `signed`

  const ask = async (method: Method, project: string, address: Buffer, body: Uint8Array = EMPTY): Promise<Complete> => {
    const url = `${base}/${blobFileName(project, address)}`;
    for (let attempt = 1; ; attempt++) {
      const answer = await send(options, signingKeys, method, url, body);
      if (answer.kind === "answer" && !mayPass(answer.status)) return answer;
      if (answer.kind === "refused" || answer.kind === "too_large" || attempt === ATTEMPTS_MAX)
        throw unavailable(method, answer);
      await pause(options, DELAY_MS * 2 ** (attempt - 1) * (0.5 + options.random() / 2));
    }
  };

  const write = async (project: string, address: Buffer, bytes: Uint8Array): Promise<void> => {
    const answer = await ask("PUT", project, address, bytes);
    if (answer.status !== 200) throw unavailable("PUT", answer);
  };

  return {
    async put(project, address, bytes) {
      const there = await ask("HEAD", project, address);
      if (there.status === 200) return;
      if (there.status !== 404) throw unavailable("HEAD", there);
      await write(project, address, bytes);
    },
    replace: write,
    async get(project, address) {
      const answer = await ask("GET", project, address);
      if (answer.status === 404 && codeIn(answer) !== "NoSuchBucket") return null;
      if (answer.status !== 200) throw unavailable("GET", answer);
      return Buffer.from(answer.body.buffer, answer.body.byteOffset, answer.body.byteLength);
    },
    async remove(project, address) {
      const answer = await ask("DELETE", project, address);
      const gone =
        answer.status === 204 || answer.status === 200 || (answer.status === 404 && codeIn(answer) !== "NoSuchBucket");
      if (!gone) throw unavailable("DELETE", answer);
    },
  };
}

/** What S3 asks to repeat, and what isn't its own doing (Amazon S3 API, "Error responses"). */
function mayPass(status: number): boolean {
  return status >= 500 || status === 429 || status === 408;
}

async function send(
  options: S3Options,
  signingKeys: Map<string, ArrayBuffer>,
  method: Method,
  url: string,
  body: Uint8Array,
): Promise<EgressAnswer> {
  const headers = await signed(options, signingKeys, method, url, body);
  return await options.egress.request({
    method,
    url,
    headers,
    body: method === "PUT" ? body : null,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    responseBytesMax: BLOB_BYTES_MAX,
    redirectsMax: 0,
    hosts: [new URL(url).hostname],
    secretHeaders: ["authorization", "x-amz-security-token"],
    signal: new AbortController().signal,
    partition: PARTITION,
  });
}

/** Signature version 4, over the body too; made anew for each attempt, since it holds for 15 minutes. */
async function signed(
  { place, keys, clock }: S3Options,
  signingKeys: Map<string, ArrayBuffer>,
  method: Method,
  url: string,
  body: Uint8Array,
): Promise<[string, string][]> {
  if (signingKeys.size > 2) signingKeys.clear();
  const signer = new AwsV4Signer({
    method,
    url,
    headers: {
      "x-amz-content-sha256": createHash("sha256").update(body).digest("hex"),
      ...(method === "PUT" ? { "content-type": "application/octet-stream" } : {}),
    },
    accessKeyId: keys.accessKeyId,
    secretAccessKey: keys.secretAccessKey,
    ...(keys.sessionToken === null ? {} : { sessionToken: keys.sessionToken }),
    service: "s3",
    region: place.region,
    cache: signingKeys,
    datetime: new Date(clock.nowMs()).toISOString().replace(/[:-]|\.\d{3}/g, ""),
  });
  return [...(await signer.sign()).headers];
}

function pause({ clock }: S3Options, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, resolve));
}

/** S3's own word for what went wrong, from its XML; null when it gave none. */
function codeIn(answer: Complete): string | null {
  return /<Code>(\w{1,60})<\/Code>/.exec(Buffer.from(answer.body.subarray(0, 4096)).toString("latin1"))?.[1] ?? null;
}

function unavailable(method: Method, answer: EgressAnswer): AppError {
  const what =
    answer.kind === "answer" ? `answered ${answer.status}${named(answer)}` : `gave no answer: ${answer.message}`;
  return new AppError("unavailable", `The blob store (S3, ${method}) ${what}`, { retryAfterSeconds: 5 });
}

function named(answer: Complete): string {
  const code = codeIn(answer);
  return code === null ? "." : ` ${code}.`;
}
