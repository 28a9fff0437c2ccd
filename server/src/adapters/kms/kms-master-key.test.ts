import { createHash, randomBytes, randomFillSync } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parseAllowList } from "../../core/egress/allow-list.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Egress } from "../../core/ports/egress.ts";
import type { KmsSetting } from "../../core/ports/master-key.ts";
import { keyProcess, masterKey, toolsOf } from "../../keyring/key-tools.testsuite.ts";
import { ORGANIZATION, OTHER_PROJECT, PROJECT } from "../../keyring/keyring.testsuite.ts";
import { openKeyring } from "../../keyring/open-keyring.ts";
import { openMasterKey, type MasterKeySources } from "../../keyring/open-master-key.ts";
import { rotateMaster } from "../../keyring/rotate-master.ts";
import { createEgress } from "../egress/create-egress.ts";
import { homeKeyFiles } from "../key-files/home-key-files.ts";
import { CREDENTIALS, openKmsCounterpart, REGION, type KmsCounterpart } from "./kms-counterpart.testsuite.ts";
import { kmsMasterKey } from "./kms-master-key.ts";

const AT = { table: 7, column: 3 };
const ROW = new Uint8Array(16).fill(9);
const ASSOCIATED = Buffer.from("steward key 1 of an organization");
const NOW_MS = Date.UTC(2026, 10, 21, 12);
const unavailable = (message: RegExp) =>
  expect.objectContaining({ code: "unavailable", message: expect.stringMatching(message) });

let service: KmsCounterpart;
let egress: Egress;
let waits: number[];
/** Waits end at once and are counted. */
const clock: Clock = {
  nowMs: () => NOW_MS,
  monotonicMs: () => performance.now(),
  after: (ms, callback) => {
    waits.push(ms);
    queueMicrotask(callback);
    return () => {};
  },
};
beforeEach(async () => {
  waits = [];
  service = await openKmsCounterpart(() => NOW_MS);
  egress = createEgress({ allow: parseAllowList("127.0.0.1"), nowMs: () => performance.now() });
});
afterEach(async () => {
  await egress.close();
  await service.close();
});

const setting = (keyId: string, over: Partial<KmsSetting> = {}): KmsSetting => ({
  keyId,
  endpoint: service.endpoint,
  region: REGION,
  credentials: { ...CREDENTIALS, sessionToken: null },
  ...over,
});
const open = (keyId: string, over: Partial<KmsSetting> = {}) => kmsMasterKey(setting(keyId, over), { egress, clock });
const operations = () => service.requests.map(({ operation }) => operation);

test("what was wrapped unwraps, and only with its associated data and key", async () => {
  const master = open(service.makeKey());
  const other = open(service.makeKey());
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.uint8Array({ maxLength: 100 }),
      async (key, associated) => {
        const wrapped = await master.wrap(key, associated);
        expect(Buffer.from(wrapped).includes(Buffer.from(key))).toBe(false);
        expect(await master.unwrap(wrapped, associated)).toEqual(Buffer.from(key));
        expect(await master.unwrap(wrapped, Buffer.concat([associated, Buffer.of(0)]))).toBeNull();
        expect(await other.unwrap(wrapped, associated)).toBeNull();
        const changed = Buffer.from(wrapped);
        changed[changed.length - 1]! ^= 1;
        expect(await master.unwrap(changed, associated)).toBeNull();
      },
    ),
    { numRuns: 10 },
  );
  expect(await master.unwrap(randomBytes(60), ASSOCIATED)).toBeNull();
});

test("the service sees the digest of the associated data, never the data", async () => {
  const master = open(service.makeKey());
  await master.unwrap(await master.wrap(Buffer.alloc(32), ASSOCIATED), ASSOCIATED);
  expect(operations()).toEqual(["DescribeKey", "Encrypt", "Decrypt"]);
  const digest = createHash("sha256").update(ASSOCIATED).digest("base64url");
  for (const { body } of service.requests.slice(1))
    expect(body["EncryptionContext"]).toEqual({ "steward-associated-data": digest });
  expect(JSON.stringify(service.requests)).not.toContain("of an organization");
});

test("a key has one id, by whichever name it is set, and tells nothing secret", async () => {
  const id = service.makeKey("alias/steward");
  const names = [id, "alias/steward", service.arnOf(id), `arn:aws:kms:${REGION}:111122223333:alias/steward`];
  const described = await Promise.all(names.map((name) => open(name).describe()));
  expect(new Set(described.map((each) => each.id)).size).toBe(1);
  expect(described[0]).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{16}$/),
    source: `the key service, ${service.arnOf(id)}`,
  });
  expect((await open(service.makeKey()).describe()).id).not.toBe(described[0]!.id);
});

test.each([
  [
    "a wrong secret",
    { credentials: { ...CREDENTIALS, secretAccessKey: "x", sessionToken: null } },
    "InvalidSignatureException",
  ],
  ["a wrong region", { region: "eu-west-1" }, "InvalidSignatureException"],
  ["an unknown key", { keyId: "alias/none" }, "NotFoundException"],
])("%s is refused with the service's word, without another try", async (_, over, type) => {
  const master = open(service.makeKey(), over);
  await expect(master.wrap(Buffer.alloc(32), ASSOCIATED)).rejects.toThrow(
    unavailable(new RegExp(`can't be used: the service answered ${type}$`)),
  );
  expect(waits).toEqual([]);
});

test.each([
  [{ KeyState: "PendingDeletion" }, /it is PendingDeletion/],
  [{ KeyUsage: "SIGN_VERIFY", KeySpec: "ECC_NIST_P256" }, /has to be symmetric/],
  [{ KeySpec: "RSA_4096" }, /has to be symmetric/],
])("a key that can't wrap is refused at once (%o)", async (metadata, message) => {
  const master = open(service.makeKey(undefined, metadata));
  await expect(master.describe()).rejects.toThrow(unavailable(message));
});

test.each([
  ["a hang-up", "reset" as const],
  ["throttling", { status: 400, type: "com.amazonaws.kms#ThrottlingException" }],
  ["an inner failure", { status: 500, type: "KMSInternalException" }],
])("a read is tried again after %s, a write is not", async (_, failure) => {
  const master = open(service.makeKey());
  const wrapped = await master.wrap(Buffer.alloc(32, 7), ASSOCIATED);
  service.failures.push(failure, failure);
  expect(await master.unwrap(wrapped, ASSOCIATED)).toEqual(Buffer.alloc(32, 7));
  expect(waits).toEqual([200, 1000]);
  service.failures.push(failure, failure, failure);
  await expect(master.unwrap(wrapped, ASSOCIATED)).rejects.toThrow(
    unavailable(/^the key service http:\/\/127\.0\.0\.1:\d+ can't be asked: /),
  );
  expect(operations()).toHaveLength(2 + 3 + 3);
  service.failures.push(failure);
  await expect(master.wrap(Buffer.alloc(32), ASSOCIATED)).rejects.toThrow(unavailable(/can't be asked/));
  expect(operations().filter((each) => each === "Encrypt")).toHaveLength(2);
});

test("a service that never answers is given up in time", async () => {
  const id = service.makeKey();
  const hasty: Egress = {
    ...egress,
    request: (request) => egress.request({ ...request, timeoutMs: request.timeoutMs / 50 }),
  };
  const master = kmsMasterKey(setting(id), { egress: hasty, clock });
  service.failures.push("hang", "hang", "hang");
  await expect(master.describe()).rejects.toThrow(unavailable(/can't be asked: .*no complete answer within 100 ms/));
});

test("what is no KMS is told apart from a wrong key", async () => {
  const garbled: Egress = {
    ...egress,
    request: async ({ url }) => ({ kind: "answer", status: 200, headers: [], body: Buffer.from("<html>"), url }),
  };
  const master = kmsMasterKey(setting(service.makeKey()), { egress: garbled, clock });
  await expect(master.unwrap(randomBytes(60), ASSOCIATED)).rejects.toThrow(unavailable(/its answer is not KMS's/));
});

test("a session token goes along and is marked as a secret", async () => {
  let secret: readonly string[] = [];
  let sent: readonly (readonly [string, string])[] = [];
  const watching: Egress = {
    ...egress,
    request: (request) => {
      ({ secretHeaders: secret, headers: sent } = request);
      expect(request.hosts).toEqual(["127.0.0.1"]);
      return egress.request(request);
    },
  };
  const credentials = { ...CREDENTIALS, sessionToken: "a token" };
  await kmsMasterKey(setting(service.makeKey(), { credentials }), { egress: watching, clock }).describe();
  expect(sent).toContainEqual(["x-amz-security-token", "a token"]);
  expect(secret).toEqual(["authorization", "x-amz-security-token"]);
});

/** A home in a folder of its own, with what its files are. */
async function inHome(
  work: (
    home: string,
    start: (keys: Pick<MasterKeySources, "given" | "service" | "former">) => ReturnType<typeof started>,
  ) => Promise<void>,
) {
  const home = mkdtempSync(path.join(tmpdir(), "steward-kms-"));
  try {
    await work(home, (keys) => started(home, keys));
  } finally {
    rmSync(home, { recursive: true });
  }
}

async function started(home: string, keys: Pick<MasterKeySources, "given" | "service" | "former">) {
  const sources = {
    files: homeKeyFiles(home, process.getuid?.() ?? null),
    fillRandom: randomFillSync,
    nowMs: () => NOW_MS,
  };
  const master = await openMasterKey({ ...sources, ...keys });
  return { ...sources, master, keyring: openKeyring({ ...sources, master, projectsMax: 10 }) };
}

function contentOf(home: string): Map<string, string> {
  const entries = readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    entries.map(({ parentPath, name }) => [
      path.join(parentPath, name),
      readFileSync(path.join(parentPath, name), "hex"),
    ]),
  );
}

test("held keys work while the service is away, others say so, and all work when it is back", async () => {
  await inHome(async (_, start) => {
    const id = service.makeKey();
    let away = false;
    const ailing: Egress = {
      ...egress,
      request: async (request) =>
        away ? { kind: "unsent", code: "connect", message: "nobody answers." } : await egress.request(request),
    };
    const { keyring, files, master, fillRandom, nowMs } = await start({
      given: undefined,
      service: kmsMasterKey(setting(id), { egress: ailing, clock }),
    });
    await keyring.createOrganization(ORGANIZATION);
    for (const project of [PROJECT, OTHER_PROJECT]) await keyring.createProject(ORGANIZATION, project);
    const keys = await keyring.project(ORGANIZATION, PROJECT);
    away = true;
    expect(keys.open("flow", AT, ROW, keys.seal("flow", AT, ROW, ROW))).toEqual(Buffer.from(ROW));
    expect((await keyring.project(ORGANIZATION, OTHER_PROJECT)).project).toBe(OTHER_PROJECT); // its organization is held
    const cold = openKeyring({ files, master, fillRandom, nowMs, projectsMax: 1 });
    await expect(cold.project(ORGANIZATION, PROJECT)).rejects.toThrow(unavailable(/can't be asked: nobody answers/));
    away = false;
    expect((await cold.project(ORGANIZATION, PROJECT)).project).toBe(PROJECT);
  });
});

test("losing the key service: refuses to start with a clear message and touches nothing", async () => {
  await inHome(async (home, start) => {
    const id = service.makeKey();
    const { keyring } = await start({ given: undefined, service: open(id) });
    await keyring.createOrganization(ORGANIZATION);
    expect(readdirSync(home)).toEqual(["keys"]);
    const before = contentOf(home);
    const refusals: [Pick<MasterKeySources, "given" | "service">, RegExp][] = [
      [{ given: undefined }, /the master key is missing, which was [0-9a-f]{16} \(the key service, arn:aws:kms:/],
      [{ given: "cd".repeat(32) }, /is not the one this home's keys are wrapped with: that is .*the key service/],
      [{ given: undefined, service: open(service.makeKey()) }, /is not the one this home's keys are wrapped with/],
      [
        { given: undefined, service: open("alias/none") },
        /can't be used: the service answered NotFoundException \(nothing was changed\)/,
      ],
      [
        { given: undefined, service: open(id, { endpoint: "http://127.0.0.1:9" }) },
        /can't be asked: .*\(nothing was changed\)/,
      ],
    ];
    for (const [keys, message] of refusals) {
      await expect(start(keys)).rejects.toMatchObject({
        code: "start_refused",
        message: expect.stringMatching(message),
      });
      expect(contentOf(home)).toEqual(before);
    }
    service.failures.push({ status: 400, type: "AccessDeniedException" });
    await expect(start({ given: undefined, service: open(id) })).rejects.toThrow(/AccessDeniedException/);
    expect(contentOf(home)).toEqual(before);
  });
});

test("a first start that can't ask the service leaves the home empty", async () => {
  await inHome(async (home, start) => {
    const away = open(service.makeKey(), { endpoint: "http://127.0.0.1:9" });
    await expect(start({ given: undefined, service: away })).rejects.toThrow(/can't be asked/);
    expect(readdirSync(home)).toEqual([]);
  });
});

test("a home moves from its own key to the service and back", async () => {
  await inHome(async (home, start) => {
    const own = await start({ given: undefined });
    await own.keyring.createOrganization(ORGANIZATION);
    await own.keyring.createProject(ORGANIZATION, PROJECT);
    const sealed = (await own.keyring.project(ORGANIZATION, PROJECT)).seal("flow", AT, ROW, Buffer.from("content"));
    const text = readFileSync(path.join(home, "master.key"), "utf8");
    const kept = mkdtempSync(path.join(tmpdir(), "steward-kms-"));
    cpSync(home, kept, { recursive: true });

    const kms = open(service.makeKey("alias/steward"));
    await rotateMaster(toolsOf(await start({ given: undefined, service: kms, former: "file" })), masterKey(text), kms);
    rmSync(path.join(home, "master.key"));
    const there = await start({ given: undefined, service: open("alias/steward") });
    expect((await there.keyring.project(ORGANIZATION, PROJECT)).open("flow", AT, ROW, sealed).toString()).toBe(
      "content",
    );

    await rotateMaster(toolsOf(await start({ given: text, former: kms })), kms, masterKey(text));
    await service.close();
    const back = keyProcess(homeKeyFiles(home, process.getuid?.() ?? null), masterKey(text));
    expect((await back.keyring.project(ORGANIZATION, PROJECT)).open("flow", AT, ROW, sealed).toString()).toBe(
      "content",
    );
    service = await openKmsCounterpart(() => NOW_MS);
    rmSync(kept, { recursive: true });
  });
});
