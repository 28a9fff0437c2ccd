import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testKey } from "../../test/audit-key.ts";
import { busyWorld, type AuditWorld } from "../audit/audit.testsuite.ts";
import type { CliParts } from "./cli.ts";
import { runCli } from "./run-cli.ts";

let world: AuditWorld;
let folder: string;
beforeAll(async () => {
  world = await busyWorld();
  folder = mkdtempSync(path.join(tmpdir(), "steward-verify-"));
  writeFileSync(path.join(folder, "audit.jsonl"), await world.export());
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await world.db.drop();
});

/** The command line where there is no Steward and no way to one. */
async function steward(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const terminal = {
    columns: null,
    live: false,
    out: (line: string) => out.push(line),
    err: (line: string) => err.push(line),
    bytes: () => Promise.resolve(),
    status: () => undefined,
    paint: (_: unknown, text: string) => text,
  };
  const local = (): never => {
    throw new Error("no server is asked");
  };
  const parts = { version: "0", env: {}, cwd: folder, userHome: folder, terminal, local } as unknown as CliParts;
  const code = await runCli(parts, argv);
  return { code, out: out.join("\n"), err: err.join("\n") };
}
const publicKey = async (key = world.key): Promise<string> => (await key.list())[0]!.publicKey;

test("a whole export verifies without any server, and says for when and by which key", async () => {
  const given = await steward("audit", "verify", "audit.jsonl", "--public-key", await publicKey());
  expect(given).toMatchObject({ code: 0, err: "" });
  expect(given.out).toMatch(/audit\.jsonl is whole and unchanged: 57 entries in 33 batches of 3 chains, 5 heads/);
  expect(given.out).toContain(world.key.keyId);
  const believed = await steward("audit", "verify", "audit.jsonl");
  expect(believed).toMatchObject({ code: 0, err: expect.stringContaining("compare them") as string });
  const { out } = await steward("audit", "verify", "audit.jsonl", "--json");
  expect(JSON.parse(out)).toMatchObject({ batches: 33, heads: 5, keyIds: [world.key.keyId] });
});

test("an API key is refused where it would be taken for the key that signs, and the right option is named", async () => {
  const key = await publicKey();
  const taken = await steward("audit", "verify", "audit.jsonl", "--key", key);
  expect(taken).toMatchObject({ code: 2, out: "" });
  expect(taken.err).toContain(
    `--key is the API key, and this command takes none. Next: steward audit verify audit.jsonl --public-key ${key}`,
  );
  const other = await steward("--key", "sk_0_abc", "audit", "verify", "audit.jsonl");
  expect(other.err).toMatch(/--public-key <key>$/);
});

test("one that was changed ends with 1 and names the batch", async () => {
  const text = readFileSync(path.join(folder, "audit.jsonl"), "utf8");
  writeFileSync(
    path.join(folder, "changed.jsonl"),
    text.replace('"action":"credential.set"', '"action":"credential.sent"'),
  );
  const { code, out, err } = await steward("audit", "verify", "changed.jsonl");
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err).toContain(`batch 2 of chain ${world.organization} does not fit its digest: it was changed`);
  expect(err).toContain("changed.jsonl is not whole, or was changed: 2 faults");
});

test("another key than the one that is trusted, no key, and a file that isn't there", async () => {
  const foreign = await steward("audit", "verify", "audit.jsonl", "--public-key", await publicKey(testKey()));
  expect(foreign.code).toBe(1);
  expect(foreign.err).toContain("which is none of those that are trusted");
  expect(await steward("audit", "verify", "audit.jsonl", "--public-key", "x")).toMatchObject({ code: 2 });
  expect(await steward("audit", "verify", "nothing.jsonl")).toMatchObject({ code: 2 });
});
