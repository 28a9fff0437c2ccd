import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestHttp, testHttp } from "../../test/http-server.ts";
import { noise } from "../../test/volume.ts";
import type { CliParts } from "./cli.ts";
import { runCli } from "./run-cli.ts";

const cwd = mkdtempSync(path.join(tmpdir(), "steward-file-"));
let http: TestHttp;
beforeAll(async () => {
  http = await testHttp();
});
afterAll(async () => {
  await http.close();
  rmSync(cwd, { recursive: true, force: true });
});

/** The command line with its lines gathered. */
async function steward(...argv: string[]): Promise<{ code: number; out: string[]; err: string[] }> {
  const [out, err]: string[][] = [[], []];
  const parts: CliParts = {
    version: "0.0.0",
    env: { STEWARD_URL: http.address, STEWARD_API_KEY: http.apiKey },
    cwd,
    userHome: cwd,
    stdin: process.stdin,
    terminal: {
      out: (line) => void out!.push(line),
      err: (line) => void err!.push(line),
      bytes: async (pieces) => {
        for await (const piece of pieces) out!.push(Buffer.from(piece).toString("latin1"));
      },
      status: () => undefined,
      paint: (_, text) => text,
      live: false,
      columns: null,
    },
    local: () =>
      Promise.resolve({ access: () => ({ address: null, apiKey: null }) } as unknown as Awaited<
        ReturnType<CliParts["local"]>
      >),
    onSignal: () => () => undefined,
    exitNow: () => undefined,
  };
  return { code: await runCli(parts, argv), out: out!, err: err! };
}

test("a file goes up, is listed, moved, deleted, brought back, and comes down as it was", async () => {
  const content = noise("cli", 3_000_000);
  writeFileSync(path.join(cwd, "data.bin"), content);
  expect(await steward("file", "put", "data.bin", "in/")).toMatchObject({
    code: 0,
    out: ["in/data.bin: version 1, 3000000 bytes"],
  });
  writeFileSync(path.join(cwd, "data.bin"), "second");
  expect((await steward("file", "put", "data.bin", "in/data.bin")).out).toEqual(["in/data.bin: version 2, 6 bytes"]);
  expect((await steward("file", "list", "--json")).out.map((line) => JSON.parse(line) as unknown)).toEqual([
    { items: [{ kind: "folder", path: "in", name: "in" }] },
  ]);
  expect((await steward("file", "list", "in")).out[1]).toMatch(/^\s+6 {2}.* {2}in\/data\.bin$/);
  expect((await steward("file", "list", "--search", "DATA")).out).toHaveLength(2);
  expect((await steward("file", "move", "in", "out")).out).toEqual(["in: 1 file moved to out"]);
  expect((await steward("file", "delete", "out/data.bin")).out).toEqual(["out/data.bin: deleted"]);
  expect((await steward("file", "list", "--deleted")).out[1]).toContain("out/data.bin");
  expect((await steward("file", "restore", "out/data.bin")).out).toEqual(["out/data.bin: back, version 2"]);
  const versions = (await steward("file", "versions", "out/data.bin")).out;
  expect(versions).toHaveLength(3);
  expect(versions[1]).toMatch(/ {2}\S+@\S+, key \S.*$/); // who wrote it, by name
  expect((await steward("file", "restore", "out/data.bin", "--content", "1")).out).toEqual([
    "out/data.bin: back, version 3",
  ]);
  expect((await steward("file", "get", "out/data.bin", "-o", "back.bin")).code).toBe(0);
  expect(readFileSync(path.join(cwd, "back.bin")).equals(content)).toBe(true);
  expect((await steward("file", "get", "out/data.bin", "--content", "2", "-o", "back.bin")).code).toBe(0);
  expect(readFileSync(path.join(cwd, "back.bin"), "utf8")).toBe("second");
  const piped = await steward("file", "get", "out/data.bin", "-o", "-");
  expect(Buffer.from(piped.out.join(""), "latin1").equals(content)).toBe(true);
  expect(existsSync(path.join(cwd, "-"))).toBe(false);
  expect((await steward("file", "delete", "out", "--folder")).out).toEqual(["out: 1 file deleted"]);
});

test("nothing here is written over unasked, and what is refused says why", async () => {
  writeFileSync(path.join(cwd, "mine.txt"), "theirs");
  await steward("file", "put", "mine.txt");
  writeFileSync(path.join(cwd, "mine.txt"), "mine");
  const { code, err } = await steward("file", "get", "mine.txt");
  expect([code, err.at(-1)]).toEqual([1, expect.stringContaining("mine.txt is there already")]);
  expect(readFileSync(path.join(cwd, "mine.txt"), "utf8")).toBe("mine");
  expect(existsSync(path.join(cwd, "mine.txt.part"))).toBe(false);
  expect((await steward("file", "put", "absent.txt")).code).not.toBe(0);
  expect((await steward("file", "put", "-")).err.at(-1)).toContain("standard input has no name");
  expect((await steward("file", "get", "nowhere")).err.at(-1)).toContain("no such file");
  expect((await steward("file", "move", "mine.txt", "../x")).err.at(-1)).toContain("nothing but dots");
  const listed = (await steward("file", "list", "--json")).out[0]!;
  const { id } = (JSON.parse(listed) as { items: { id: string }[] }).items[0]!;
  await steward("file", "delete", "mine.txt");
  expect((await steward("file", "delete", id, "--forever")).out).toEqual([`${id}: deleted for good`]);
  expect((await steward("file", "restore", "mine.txt")).err.at(-1)).toContain("no file was deleted at mine.txt");
});
