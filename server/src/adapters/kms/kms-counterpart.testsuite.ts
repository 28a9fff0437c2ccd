/**
 * A counterpart of AWS KMS for tests: it really encrypts (AES-256-GCM, the context as associated data), checks each
 * signature by a computation of its own (SigV4 as AWS documents it), and can be told to fail. Loopback only.
 */
import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

export const REGION = "eu-central-1";
export const CREDENTIALS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
const ACCOUNT = "111122223333";

interface Failure {
  readonly status: number;
  readonly type: string;
}

export interface KmsCounterpart {
  readonly endpoint: string;
  readonly port: number;
  /** `X-Amz-Target` of each request with its body, in order. */
  readonly requests: { readonly operation: string; readonly body: Record<string, unknown> }[];
  /** The next requests are answered with these; `hang` answers none and keeps the connection. */
  readonly failures: (Failure | "hang" | "reset")[];
  makeKey(alias?: string, metadata?: Record<string, string>): string;
  arnOf(keyId: string): string;
  close(): Promise<void>;
}

export async function openKmsCounterpart(nowMs: () => number): Promise<KmsCounterpart> {
  const keys = new Map<string, { secret: Buffer; metadata: Record<string, string> }>();
  const aliases = new Map<string, string>();
  const requests: KmsCounterpart["requests"] = [];
  const failures: KmsCounterpart["failures"] = [];
  const arnOf = (id: string) => `arn:aws:kms:${REGION}:${ACCOUNT}:key/${id}`;

  const find = (given: unknown) => {
    const text = String(given).replace(/^arn:aws:kms:[^:]+:\d+:(key\/)?/, "");
    const id = aliases.get(text) ?? text;
    const key = keys.get(id);
    if (key === undefined) throw { status: 400, type: "NotFoundException" } satisfies Failure;
    return { id, ...key };
  };

  const operations: Record<string, (body: Record<string, unknown>) => unknown> = {
    DescribeKey: ({ KeyId }) => {
      const { id, metadata } = find(KeyId);
      return {
        KeyMetadata: {
          KeyId: id,
          Arn: arnOf(id),
          KeyState: "Enabled",
          KeyUsage: "ENCRYPT_DECRYPT",
          KeySpec: "SYMMETRIC_DEFAULT",
          ...metadata,
        },
      };
    },
    Encrypt: ({ KeyId, Plaintext, EncryptionContext }) => {
      const { id, secret } = find(KeyId);
      const nonce = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", secret, nonce).setAAD(contextBytes(EncryptionContext));
      const text = Buffer.concat([cipher.update(Buffer.from(String(Plaintext), "base64")), cipher.final()]);
      const blob = Buffer.concat([Buffer.from([id.length]), Buffer.from(id), nonce, text, cipher.getAuthTag()]);
      return { CiphertextBlob: blob.toString("base64"), KeyId: arnOf(id), EncryptionAlgorithm: "SYMMETRIC_DEFAULT" };
    },
    Decrypt: ({ KeyId, CiphertextBlob, EncryptionContext }) => {
      const blob = Buffer.from(String(CiphertextBlob), "base64");
      const id = blob.subarray(1, 1 + (blob[0] ?? 0)).toString();
      const key = keys.get(id);
      const rest = blob.subarray(1 + id.length);
      if (key === undefined || rest.length < 28)
        throw { status: 400, type: "InvalidCiphertextException" } satisfies Failure;
      if (find(KeyId).id !== id) throw { status: 400, type: "IncorrectKeyException" } satisfies Failure;
      try {
        const decipher = createDecipheriv("aes-256-gcm", key.secret, rest.subarray(0, 12));
        decipher.setAAD(contextBytes(EncryptionContext)).setAuthTag(rest.subarray(-16));
        const plain = Buffer.concat([decipher.update(rest.subarray(12, -16)), decipher.final()]);
        return { Plaintext: plain.toString("base64"), KeyId: arnOf(id), EncryptionAlgorithm: "SYMMETRIC_DEFAULT" };
      } catch {
        throw { status: 400, type: "InvalidCiphertextException" } satisfies Failure;
      }
    },
  };

  const server = createServer((request, response) => void serve(request, response));
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks);
    const failure = failures.shift();
    const operation = String(request.headers["x-amz-target"]).replace("TrentService.", "");
    requests.push({ operation, body: JSON.parse(text.toString()) });
    if (failure === "hang") return;
    if (failure === "reset") return void request.socket.resetAndDestroy();
    const answer = (status: number, body: unknown) =>
      void response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(body));
    try {
      if (failure !== undefined) throw failure;
      if (!isSigned(request, text, nowMs())) throw { status: 400, type: "InvalidSignatureException" } satisfies Failure;
      const act = operations[operation];
      if (act === undefined) throw { status: 400, type: "UnknownOperationException" } satisfies Failure;
      answer(200, act(JSON.parse(text.toString())));
    } catch (error) {
      const { status, type } = error as Failure;
      answer(status ?? 500, { __type: type ?? "KMSInternalException", message: String(error) });
    }
  }
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    requests,
    failures,
    arnOf,
    makeKey(alias, metadata = {}) {
      const id = `00000000-0000-4000-8000-${String(keys.size + 1).padStart(12, "0")}`;
      keys.set(id, { secret: randomBytes(32), metadata });
      if (alias !== undefined) aliases.set(alias, id);
      return id;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Canonical: the order of the pairs must not matter. */
function contextBytes(context: unknown): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(context ?? {}).toSorted(([one], [two]) => (one < two ? -1 : 1))));
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function isSigned(request: IncomingMessage, body: Buffer, nowMs: number): boolean {
  const { authorization = "", "x-amz-date": date = "" } = request.headers;
  const parts =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/kms\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      authorization,
    );
  if (parts === null || typeof date !== "string") return false;
  const [, id, day, region, names, signature] = parts;
  const sent = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  const signed = names!.split(";");
  if (id !== CREDENTIALS.accessKeyId || region !== REGION || !date.startsWith(day!)) return false;
  if (
    !(Math.abs(sent - nowMs) < 5 * 60_000) ||
    !["host", "x-amz-date", "x-amz-target"].every((name) => signed.includes(name))
  )
    return false;
  const sha256 = (data: string | Buffer) => createHash("sha256").update(data).digest("hex");
  const headers = signed.map((name) => `${name}:${String(request.headers[name]).trim()}\n`).join("");
  const canonical = [request.method, request.url, "", headers, names, sha256(body)].join("\n");
  const scope = `${day}/${region}/kms/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", date, scope, sha256(canonical)].join("\n");
  const key = [day!, region, "kms", "aws4_request"].reduce<Buffer | string>(
    (by, data) => createHmac("sha256", by).update(data).digest(),
    `AWS4${CREDENTIALS.secretAccessKey}`,
  );
  return createHmac("sha256", key).update(toSign).digest("hex") === signature;
}
