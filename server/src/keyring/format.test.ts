/**
 * The format, pinned. Everything ever stored is read through it: if a test here fails, the program is wrong, not the
 * test. The second half reads the bytes with nothing but node:crypto, as docs/decisions/2026-11-21-keys.md tells it.
 */
import { createDecipheriv, createHmac, hkdfSync } from "node:crypto";
import { expect, test } from "vitest";
import { DataKeys } from "./data-keys.ts";
import { countingRandom, keyringOn, MASTER, memoryKeyFiles, ORGANIZATION, PROJECT, RUN } from "./keyring.testsuite.ts";
import { NoncePool } from "./nonce-pool.ts";
import { SealingKeys } from "./sealing-keys.ts";

const AT = { table: 0x0102, column: 0x0304 };
const ROW = Buffer.from("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff00000009", "hex");
const PLAIN = Buffer.from("known answer");

const ORGANIZATION_FILE = `{
  "format": 1,
  "organization": "01234567-89ab-7cde-8f01-23456789abcd",
  "keys": {
    "organization": [
      {
        "epoch": 1,
        "state": "active",
        "createdAt": "2026-11-21T12:00:00.000Z",
        "wrappedBy": "master:771ba65b06876333",
        "wrapped": "ICEiIyQlJicoKSorvjJ9e35cNkv_vBz1VU0trw_uOZy5_nJKvIiYDAswu78fEvFNyKmJ-k7Q9kHF2cM1"
      }
    ]
  }
}
`;

const PROJECT_FILE = `{
  "format": 1,
  "organization": "01234567-89ab-7cde-8f01-23456789abcd",
  "project": "01234567-89ab-7cde-8f01-0000000000aa",
  "keys": {
    "content": [
      {
        "epoch": 1,
        "state": "active",
        "createdAt": "2026-11-21T12:00:00.000Z",
        "wrappedBy": "organization:1",
        "wrapped": "PD0-P0BBQkNERUZHa8Mn79Ru95SIh0kLBmNWCokxtVoSvBJ6FjOS8RDAKmtVrYKe3BDkYryo6O5fypTe"
      }
    ],
    "credential": [
      {
        "epoch": 1,
        "state": "active",
        "createdAt": "2026-11-21T12:00:00.000Z",
        "wrappedBy": "organization:1",
        "wrapped": "SElKS0xNTk9QUVJT9hSxWEncJ3CYAXU-KmVvNXfzRBpylvrio2XhtInG9u3VeexUM5Iim-99sc_Qvr6Q"
      }
    ],
    "digest": [
      {
        "epoch": 1,
        "state": "active",
        "createdAt": "2026-11-21T12:00:00.000Z",
        "wrappedBy": "organization:1",
        "wrapped": "VFVWV1hZWltcXV5fNprF4UxdIrMygkXpfeDs4UCJKp-6c8FeYJTfUf3R_IgX6PQIikQz6TqIqlNYkl6S"
      }
    ]
  }
}
`;

const files = memoryKeyFiles();
const keyring = keyringOn(files, { fillRandom: countingRandom() });
await keyring.createOrganization(ORGANIZATION);
await keyring.createProject(ORGANIZATION, PROJECT);
const keys = await keyring.project(ORGANIZATION, PROJECT);
const sealed = {
  run: keys.run(RUN).seal(AT, ROW, PLAIN),
  flow: keys.seal("flow", AT, ROW, PLAIN),
  credential: keys.seal("credential", AT, ROW, PLAIN),
};
const digest = keys.digest("blob", "ab", Buffer.from("c"));

test("known answers: sealed bytes and digests", () => {
  expect(sealed.run.toString("hex")).toBe(
    "0100000001606162636465666768696a6bd99a87b314fbbf5fe311c9350866df577e10bcd3d44c5b1d14a8489a",
  );
  expect(sealed.flow.toString("hex")).toBe(
    "01000000016c6d6e6f7071727374757677cae117e8126ec2a22d5d992d47f1b931d58a02b902090e1496dadd7e",
  );
  expect(sealed.credential.toString("hex")).toBe(
    "010000000178797a7b7c7d7e7f80818283cd6b269d070038161439ae5043fb6587f42c0c37a8894a5db118091f",
  );
  expect(digest.toString("hex")).toBe("c1b529a49e25e9ebcac0ae44f84669cf42ef72ed05c2891ca40fc9fed1df38e0");
});

test("known answers: the key files", () => {
  expect(textOf(`organizations/${ORGANIZATION}`)).toBe(ORGANIZATION_FILE);
  expect(textOf(`projects/${PROJECT}`)).toBe(PROJECT_FILE);
});

test("the format as the document tells it, read without the keyring", () => {
  const master = Buffer.from(MASTER, "hex");
  const masterName = `master:${createHmac("sha256", master).update("steward master key id 1").digest("hex").slice(0, 16)}`;
  const organization = unwrap(master, firstKey(`organizations/${ORGANIZATION}`, "organization"), [
    "steward key 1",
    "organization",
    ORGANIZATION,
    "",
    "1",
    masterName,
  ]);
  const dataKey = (of: string) =>
    unwrap(organization, firstKey(`projects/${PROJECT}`, of), [
      "steward key 1",
      of,
      ORGANIZATION,
      PROJECT,
      "1",
      "organization:1",
    ]);
  const content = dataKey("content");
  expect(unseal(derive(content, "run", Buffer.from(RUN.replaceAll("-", ""), "hex")), sealed.run)).toEqual(PLAIN);
  expect(unseal(derive(content, "flow"), sealed.flow)).toEqual(PLAIN);
  expect(unseal(derive(dataKey("credential"), "credential"), sealed.credential)).toEqual(PLAIN);

  const epoch = 0x0a0b0c0d;
  const facts = { epoch, state: "active", createdAt: "", wrappedBy: "", wrapped: "" } as const;
  const later = new DataKeys(null);
  later.renew({ epochs: [facts], keys: new Map([[epoch, Buffer.alloc(32, 7)]]) });
  const bytes = new SealingKeys(later, framed(["flow"]), new NoncePool(countingRandom())).seal(AT, ROW, PLAIN);
  expect(unseal(derive(Buffer.alloc(32, 7), "flow"), bytes, "010a0b0c0d")).toEqual(PLAIN);

  const message = Buffer.from([0, 0, 0, 2, 0x61, 0x62, 0, 0, 0, 1, 0x63]);
  expect(
    createHmac("sha256", derive(dataKey("digest"), "blob"))
      .update(message)
      .digest(),
  ).toEqual(digest);
});

function textOf(name: `organizations/${string}` | `projects/${string}`): string {
  return Buffer.from(files.files.get(name)!).toString();
}

function firstKey(name: `organizations/${string}` | `projects/${string}`, of: string): Buffer {
  const file: { keys: Record<string, { wrapped: string }[]> } = JSON.parse(textOf(name));
  return Buffer.from(file.keys[of]![0]!.wrapped, "base64url");
}

function framed(parts: readonly (string | Buffer)[]): Buffer {
  const bytes = parts.map((part) => Buffer.from(part));
  return Buffer.concat(bytes.flatMap((part) => [Buffer.from([0, 0, 0, part.length]), part]));
}

function unwrap(by: Buffer, wrapped: Buffer, associated: readonly string[]): Buffer {
  return decrypt(by, wrapped, framed(associated));
}

function derive(dataKey: Buffer, ...info: readonly (string | Buffer)[]): Buffer {
  return Buffer.from(hkdfSync("sha256", dataKey, "steward keys 1", framed(info), 32));
}

function unseal(key: Buffer, bytes: Buffer, header = "0100000001"): Buffer {
  expect(bytes.subarray(0, 5).toString("hex")).toBe(header);
  return decrypt(
    key,
    bytes.subarray(5),
    Buffer.concat([bytes.subarray(0, 5), Buffer.from("010203040014", "hex"), ROW]),
  );
}

/** nonce (12) · ciphertext · tag (16) */
function decrypt(key: Buffer, bytes: Buffer, associated: Buffer): Buffer {
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12));
  decipher.setAAD(associated).setAuthTag(bytes.subarray(-16));
  return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
}
