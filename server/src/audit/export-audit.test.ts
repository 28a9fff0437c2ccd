import { createHash } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { auditEndText } from "../core/audit-export.ts";
import type { PublicKeys } from "../core/audit-keys.ts";
import { verifyAuditExport } from "../core/audit-read.ts";
import type { AuditVerdict } from "../core/audit-verify.ts";
import { canonicalJson, type JsonObject } from "../core/json.ts";
import { testKey } from "../../test/audit-key.ts";
import { auditWorld, busyWorld, type AuditWorld } from "./audit.testsuite.ts";

let world: AuditWorld;
let text: string;
let lines: readonly string[];
beforeAll(async () => {
  world = await busyWorld();
  text = await world.export();
  lines = text.trimEnd().split("\n");
});
afterAll(() => world.db.drop());

const verify = (file: string, trusted: PublicKeys | null = world.key.trusted): Promise<AuditVerdict> =>
  verifyAuditExport([Buffer.from(file)], trusted);
const faultsOf = async (file: string, trusted?: PublicKeys | null): Promise<readonly string[]> =>
  (await verify(file, trusted)).faults;

interface Line extends JsonObject {
  readonly kind: string;
}
const parsed = (line: string): Line => JSON.parse(line) as Line;
const indexOf = (is: (line: Line) => boolean): number => lines.findIndex((line) => is(parsed(line)));

/** As somebody with the lines and a key of their own would: the end signed anew over what is there. */
function resealed(changed: readonly string[], key = world.key): string {
  const body = changed.filter((line) => parsed(line).kind !== "end").map((line) => `${line}\n`);
  const digest = createHash("sha256").update(body.join("")).digest("hex");
  const end = { lines: body.length, digest, keyId: key.keyId };
  const signature = key.sign(Buffer.from(auditEndText(end))).toString("hex");
  return `${body.join("")}${canonicalJson({ kind: "end", ...end, signature })}\n`;
}
const without = (at: number): readonly string[] => lines.toSpliced(at, 1);
const edited = (at: number, change: (line: Line) => JsonObject): readonly string[] =>
  lines.with(at, canonicalJson(change(parsed(lines[at]!))));

describe("an export", () => {
  test("verifies as it is, whole, with the key of its owner and with those it names", async () => {
    expect(await verify(text)).toMatchObject({ faults: [], batches: 33, entries: 57, chains: 3, heads: 5 });
    expect(await faultsOf(text, null)).toEqual([]);
    expect((await verify(text)).organization).toBe(world.organization);
  });

  test("verifies in pieces of any size", async () => {
    const bytes = Buffer.from(text);
    const pieces = (size: number): Buffer[] =>
      Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) => bytes.subarray(n * size, (n + 1) * size));
    for (const size of [1, 7, 4096])
      expect((await verifyAuditExport(pieces(size), world.key.trusted)).faults).toEqual([]);
  });

  test("of a span begins and ends at signed heads and verifies by itself", async () => {
    const hour = Date.parse("2026-11-21T12:00:00Z") + 3_600_000;
    const part = await world.export({ fromMs: hour + 1000 + 3_600_000, toMs: hour + 1000 + 3_600_000 });
    expect(await verify(part)).toMatchObject({ faults: [], batches: 8, heads: 1, chains: 3 });
    const rest = await world.export({ fromMs: hour + 1000 });
    expect(await verify(rest)).toMatchObject({ faults: [], heads: 4, chains: 3 });
    const [first, ...others] = rest
      .trimEnd()
      .split("\n")
      .flatMap((line, at, all) => (parsed(line).kind === "batch" ? [{ at, all }] : []));
    expect(others.length).toBeGreaterThan(8);
    expect(await faultsOf(resealed(first!.all.toSpliced(first!.at, 1)))).not.toEqual([]);
  });

  test("of an organization in which nothing happened holds one head", async () => {
    const quiet = await auditWorld(world.db);
    expect(await verify(await quiet.export(), quiet.key.trusted)).toMatchObject({ faults: [], batches: 0, heads: 1 });
  });
});

describe("of what was changed, even with the end signed anew by the key itself, the verifier says", () => {
  const isBatch = (seq: number) => (line: Line) =>
    line.kind === "batch" && line["seq"] === seq && line["chain"] === world.organization;

  test("which batch has other facts", async () => {
    const at = indexOf(isBatch(3));
    const file = resealed(
      edited(at, (line) => ({ ...line, entries: [{ ...(line["entries"] as [JsonObject])[0], actor: "mem_2" }] })),
    );
    expect(await faultsOf(file)).toEqual([
      `line ${at + 1}: batch 3 of chain ${world.organization} does not fit its digest: it was changed`,
    ]);
  });

  test("which batch has another time, chain or number", async () => {
    const at = indexOf(isBatch(3));
    for (const change of [{ recordedMs: 5 }, { chain: world.uuid() }, { seq: 4 }]) {
      const faults = await faultsOf(resealed(edited(at, (line) => ({ ...line, ...change }))));
      expect(faults.some((fault) => fault.startsWith(`line ${at + 1}: `) && fault.includes("does not fit"))).toBe(true);
    }
  });

  test("which batch is missing, in the middle and at the very end of a chain", async () => {
    const middle = indexOf(isBatch(3));
    expect(await faultsOf(resealed(without(middle)))).toContain(
      `line ${middle + 1}: batch 3 of chain ${world.organization} is missing`,
    );
    const last = indexOf(isBatch(9));
    expect(await faultsOf(resealed(without(last)))).toContainEqual(
      expect.stringMatching(/^line \d+: all batches of chain \S+ that head 5 covers are missing$/),
    );
    expect(await faultsOf(resealed(without(indexOf(isBatch(8)))))).toContainEqual(
      expect.stringContaining(`batch 8 of chain ${world.organization} is missing, which head 4 covers`),
    );
  });

  test("what comes twice or in another order", async () => {
    const at = indexOf(isBatch(3));
    expect((await faultsOf(resealed(lines.toSpliced(at, 0, lines[at]!)))).join()).toContain("comes again");
    const swapped = lines.with(at, lines[at + 1]!).with(at + 1, lines[at]!);
    expect((await faultsOf(resealed(swapped))).length).toBeGreaterThan(0);
  });

  test("which head is missing, not its own, or signed by somebody else", async () => {
    const at = indexOf((line) => line.kind === "head" && line["seq"] === 2);
    expect(await faultsOf(resealed(without(at)))).toContainEqual(expect.stringContaining("head 2 is missing"));
    const forged = resealed(edited(at, (line) => ({ ...line, signedMs: 7 })));
    expect(await faultsOf(forged)).toContain(`line ${at + 1}: the signature of head 2 is not its own`);
    const other = testKey();
    const key = (await other.list())[0]!;
    const named = lines.toSpliced(1, 0, canonicalJson({ kind: "key", ...key }));
    const mine = named.with(at + 1, canonicalJson({ ...parsed(lines[at]!), keyId: other.keyId }));
    expect(await faultsOf(resealed(mine, other))).toContainEqual(
      expect.stringContaining(`head 2 is signed with key ${other.keyId}, which is none of those that are trusted`),
    );
  });

  test("that it was cut off, and where the last head was cut off too, by its age", async () => {
    expect(
      await faultsOf(
        lines
          .slice(0, -1)
          .map((line) => `${line}\n`)
          .join(""),
      ),
    ).toContainEqual(expect.stringContaining("the export has no end"));
    const at = lines.findLastIndex((line) => parsed(line).kind === "head");
    const before = lines.slice(0, at - 1).findLastIndex((line) => parsed(line).kind === "head");
    const cut = await verify(resealed(lines.slice(0, before + 1)));
    expect(cut.faults).toEqual([]); // only who holds the key could have signed such an end, and its age shows
    expect(cut.toMs).toBeLessThan((await verify(text)).toMs!);
  });
});

describe("whoever has the file and no key", () => {
  test("can change no byte of it unseen", async () => {
    const bytes = Buffer.from(text);
    const tampered = fc.integer({ min: 0, max: bytes.length - 1 }).chain((at) =>
      fc.integer({ min: 0, max: 255 }).map((value) => {
        const copy = Buffer.from(bytes);
        copy[at] = value === copy[at] ? value ^ 1 : value;
        return copy;
      }),
    );
    await fc.assert(
      fc.asyncProperty(tampered, async (copy) => {
        expect((await verifyAuditExport([copy], world.key.trusted)).faults).not.toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test("can remove, repeat, move and swap no lines of it unseen", async () => {
    const at = fc.integer({ min: 0, max: lines.length - 1 });
    const change = fc.oneof(
      at.map((one) => lines.toSpliced(one, 1)),
      fc.tuple(at, at).map(([one, to]) => lines.toSpliced(to, 0, lines[one]!)),
      fc
        .tuple(at, at)
        .filter(([a, b]) => a !== b)
        .map(([a, b]) => lines.with(a, lines[b]!).with(b, lines[a]!)),
      at.filter((one) => one > 0).map((one) => lines.slice(0, one)),
      at.filter((one) => one > 0).map((one) => lines.slice(one)),
    );
    await fc.assert(
      fc.asyncProperty(change, async (changed) => {
        fc.pre(changed.join() !== lines.join());
        expect(await faultsOf(changed.map((line) => `${line}\n`).join(""))).not.toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test("can write no batches, heads and end of their own, under any key but the installation's", async () => {
    const other = await busyWorld();
    try {
      const file = await other.export();
      expect(await faultsOf(file, other.key.trusted)).toEqual([]);
      expect(await faultsOf(file, world.key.trusted)).not.toEqual([]);
    } finally {
      await other.db.drop();
    }
  });
});

describe("lines changed by somebody who holds even the key of the end, but not the heads'", () => {
  test("are found wherever they are: every single field of every batch and head", async () => {
    const fields = lines.flatMap((line, at) => {
      const { kind, ...rest } = parsed(line);
      return kind === "batch" || kind === "head" ? Object.keys(rest).map((field) => ({ at, field })) : [];
    });
    for (const { at, field } of fields) {
      const file = resealed(edited(at, (line) => ({ ...line, [field]: changedValue(line[field]) })));
      expect([field, at, (await faultsOf(file)).length > 0]).toEqual([field, at, true]);
    }
  });
});

function changedValue(value: unknown): JsonObject[string] {
  if (typeof value === "number") return value + 1;
  if (typeof value === "string") return value.replace(/[0-9a-f]/, (digit) => (digit === "0" ? "1" : "0"));
  return [];
}
