import { AwsV4Signer } from "aws4fetch";
import { z } from "zod";
import { AppError } from "../../core/errors.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Egress, EgressAnswer } from "../../core/ports/egress.ts";
import type { KmsSetting } from "../../core/ports/master-key.ts";

export interface KmsParts {
  readonly egress: Egress;
  readonly clock: Clock;
}

/** What the service says no with, without its name space: `AccessDeniedException`, `InvalidCiphertextException`, … */
export type KmsAnswer<Body> =
  | { readonly kind: "done"; readonly body: Body }
  | { readonly kind: "refused"; readonly type: string };

const TIMEOUT_MS = 5_000;
const ANSWER_BYTES_MAX = 64 * 1024;
/** The waits between the tries of a read, in ms. */
const WAITS_MS = [200, 1_000];
/** Worth another try, by the service's own word (https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html). */
const PASSING = new Set([
  "DependencyTimeoutException",
  "KMSInternalException",
  "KeyUnavailableException",
  "RequestLimitExceeded",
  "ServiceUnavailable",
  "ServiceUnavailableException",
  "ThrottlingException",
]);
const refusalSchema = z.record(z.string(), z.unknown());

/** One operation of AWS KMS (JSON 1.1, signature version 4). */
export class KmsClient {
  readonly #setting: KmsSetting;
  readonly #parts: KmsParts;

  constructor(setting: KmsSetting, parts: KmsParts) {
    this.#setting = setting;
    this.#parts = parts;
  }

  /**
   * What the service answers or refuses. A read is tried three times in all, anything else once. Rejects with
   * `unavailable`, saying why, when the service gives no answer or an unreadable one.
   */
  async call<Body>(
    operation: string,
    body: Readonly<Record<string, unknown>>,
    { schema, read }: { readonly schema: z.ZodType<Body>; readonly read: boolean },
  ): Promise<KmsAnswer<Body>> {
    const waits = read ? WAITS_MS : [];
    for (const waitMs of waits) {
      const outcome = await this.#once(operation, body, schema);
      if (outcome.kind !== "failed") return outcome;
      await this.#wait(waitMs);
    }
    const outcome = await this.#once(operation, body, schema);
    if (outcome.kind !== "failed") return outcome;
    throw new AppError("unavailable", `the key service ${this.#setting.endpoint} can't be asked: ${outcome.why}`);
  }

  async #once<Body>(
    operation: string,
    body: Readonly<Record<string, unknown>>,
    schema: z.ZodType<Body>,
  ): Promise<KmsAnswer<Body> | { readonly kind: "failed"; readonly why: string }> {
    const answer = await this.#send(operation, JSON.stringify(body));
    if (answer.kind !== "answer") return { kind: "failed", why: answer.message };
    const json = parseJson(answer.body);
    if (answer.status === 200) {
      const parsed = schema.safeParse(json);
      return parsed.success ? { kind: "done", body: parsed.data } : { kind: "failed", why: "its answer is not KMS's" };
    }
    const said = refusalSchema.safeParse(json).data?.["__type"];
    if (typeof said !== "string") return { kind: "failed", why: `it answered ${answer.status} without saying why` };
    const type = said.replace(/^.*#/, "").slice(0, 100);
    if (answer.status >= 500 || answer.status === 429 || PASSING.has(type))
      return { kind: "failed", why: `it answered ${type}` };
    return { kind: "refused", type };
  }

  async #send(operation: string, body: string): Promise<EgressAnswer> {
    const { endpoint, region, credentials } = this.#setting;
    const url = `${endpoint}/`;
    const { headers } = await new AwsV4Signer({
      method: "POST",
      url,
      headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": `TrentService.${operation}` },
      body,
      service: "kms",
      region,
      accessKeyId: credentials.accessKeyId,
      secretAccessKey: credentials.secretAccessKey,
      ...(credentials.sessionToken === null ? {} : { sessionToken: credentials.sessionToken }),
      datetime: new Date(this.#parts.clock.nowMs()).toISOString().replace(/[:-]|\.\d{3}/g, ""),
    }).sign();
    return await this.#parts.egress.request({
      method: "POST",
      url,
      headers: [...headers],
      body,
      timeoutMs: TIMEOUT_MS,
      responseBytesMax: ANSWER_BYTES_MAX,
      redirectsMax: 0,
      hosts: [new URL(url).hostname],
      secretHeaders: ["authorization", "x-amz-security-token"],
      signal: new AbortController().signal, // nobody waits longer than the timeout, and others may wait for the same key
      partition: "key-service",
    });
  }

  async #wait(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#parts.clock.after(ms, resolve);
    await promise;
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}
