import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { HAS_JAIL, job, MEGABYTE, openJail, printedBy, processesWith, resultOf } from "./jail.testsuite.ts";

describe.skipIf(!HAS_JAIL)("the jail", () => {
  const jail = openJail();
  const mine = (): readonly string[] =>
    readdirSync(tmpdir()).filter((name) => name.startsWith("steward-jail-") && name.includes(`-${process.pid}-`));
  afterAll(() => jail.close());

  test("node and python get their argument and give what they return", async () => {
    const input = JSON.stringify({ n: 21, text: "ü€😀", none: null });
    const node = await jail.run(job("node", "export default ({ n, text, none }) => [n * 2, text, none]", { input }));
    expect(resultOf(node)).toEqual([42, "ü€😀", null]);
    const python = await jail.run(
      job("python", "def main(a):\n  return [a['n'] * 2, a['text'], a['none']]", { input }),
    );
    expect(resultOf(python)).toEqual([42, "ü€😀", null]);
  });

  test("functions that return promises and coroutines are waited for, and undefined is no result", async () => {
    const waits =
      "import { setTimeout as wait } from 'node:timers/promises';\nexport default async () => await wait(5, 'x')";
    expect(resultOf(await jail.run(job("node", waits)))).toBe("x");
    expect(resultOf(await jail.run(job("node", "export default () => undefined")))).toBeUndefined();
    const coroutine = "import asyncio\nasync def main(a):\n  await asyncio.sleep(0.005)\n  return 'x'";
    expect(resultOf(await jail.run(job("python", coroutine)))).toBe("x");
  });

  test("an error tells the line in the step's own source", async () => {
    const node = await jail.run(job("node", "export default () => {\n  null.x;\n}"));
    expect(node).toMatchObject({ ok: false, reason: "threw", stack: expect.stringContaining("step.js:2:") as string });
    expect(node).toMatchObject({ message: expect.stringMatching(/^TypeError: Cannot read/) as string });
    const python = await jail.run(job("python", "def main(a):\n  x = 1\n  return 1 / 0"));
    expect(python).toMatchObject({
      reason: "threw",
      message: "ZeroDivisionError: division by zero",
      stack: "step.py:3",
    });
    const syntax = await jail.run(job("python", "x = 1\ndef main(a)\n  return 1"));
    expect(syntax).toMatchObject({ reason: "threw", stack: expect.stringMatching(/^step\.py:2/) as string });
  });

  test("what is not JSON is said to be that", async () => {
    const outcomes = [
      await jail.run(job("node", "export default () => { const a = {}; a.a = a; return a }")),
      await jail.run(job("node", "export default () => 1n")),
      await jail.run(job("python", "def main(a):\n  return {1, 2}")),
      await jail.run(job("python", "def main(a):\n  return float('nan')")),
    ];
    for (const outcome of outcomes) expect(outcome).toMatchObject({ ok: false, reason: "not_json" });
  });

  test("a program without its function, and one that ends itself, fail with a sentence", async () => {
    expect(await jail.run(job("python", "x = 1"))).toMatchObject({
      message: "TypeError: the step has no function main",
    });
    expect(await jail.run(job("node", "export default 5"))).toMatchObject({ reason: "threw" });
    expect(await jail.run(job("node", "export default () => process.exit(0)"))).toMatchObject({
      message: "Error: the step ended before it returned anything",
    });
    expect(await jail.run(job("python", "import os\ndef main(a):\n  os._exit(3)"))).toMatchObject({
      reason: "crashed",
      message: "The step ended without a result (code 3).",
    });
  });

  test("what is printed is kept, its end when it is long", async () => {
    const node = await jail.run(job("node", "export default () => { console.log('a'); console.error('b'); return 1 }"));
    expect(node.log.split("\n").toSorted()).toEqual(["", "a", "b"]);
    const long = await jail.run(job("python", "def main(a):\n  print('x' * 100_000)\n  print('end')"));
    expect(long.log).toHaveLength(16_384);
    expect(long.log.endsWith("x\nend\n")).toBe(true);
  });

  test("megabytes go in and out whole", async () => {
    const text = "é".repeat(2 * MEGABYTE);
    const limits = { outputBytesMax: 10 * MEGABYTE };
    const node = await jail.run(job("node", "export default (a) => a", { input: JSON.stringify({ text }), limits }));
    expect(resultOf(node)).toEqual({ text });
    const python = await jail.run(
      job("python", "def main(a):\n  return a", { input: JSON.stringify({ text }), limits }),
    );
    expect(resultOf(python)).toEqual({ text });
  });

  test("a script gets its input and answers how it ended", async () => {
    const outcome = await jail.run(job("shell", "read a; echo got $a; echo bad >&2; exit 7", { input: "x\n" }));
    expect(resultOf(outcome)).toMatchObject({ exitCode: 7, signal: null, stdout: "got x\n", stderr: "bad\n" });
  });

  test("each job begins in a jail that nothing has run in", async () => {
    const leave =
      "import fs from 'node:fs';\nexport default () => { const was = [fs.readdirSync('/tmp'), fs.readdirSync('/home'), globalThis.left];\nglobalThis.left = 1; fs.writeFileSync('/tmp/left', 'x'); fs.writeFileSync('/home/left', 'x'); return was }";
    for (let round = 0; round < 3; round++)
      expect(resultOf(await jail.run(job("node", leave)))).toEqual([[], ["step.mjs"], null]);
  });

  test("an aborted job ends at once, also while it waits for its turn", async () => {
    const one = openJail({ runningMax: 1 });
    const [first, second] = [new AbortController(), new AbortController()];
    const sleep = "export default () => new Promise((done) => setTimeout(done, 60_000))";
    const running = one.run(job("node", sleep, { signal: first.signal }));
    const waiting = one.run(job("node", sleep, { signal: second.signal }));
    await expect.poll(() => one.stats()).toMatchObject({ running: 1, waiting: 1 });
    second.abort();
    expect(await waiting).toMatchObject({ ok: false, reason: "cancelled" });
    first.abort();
    expect(await running).toMatchObject({ ok: false, reason: "cancelled" });
    expect(one.stats()).toMatchObject({ running: 0, waiting: 0 });
    await one.close();
  });

  test("tenants take turns, and who asks for too much is refused", async () => {
    const one = openJail({ runningMax: 1, tenantOpenMax: 4 });
    expect(await one.problem("python")).toBeNull();
    const ended: string[] = [];
    const begin = async (tenant: string, name: string): Promise<void> => {
      const outcome = await one.run(job("python", "def main(a):\n  return 1", { tenant }));
      ended.push(outcome.ok ? name : `${name} ${outcome.reason}`);
    };
    await Promise.all([
      ...["a1", "a2", "a3", "a4", "a5"].map((name) => begin("a", name)),
      ...["b1", "b2"].map((name) => begin("b", name)),
    ]);
    expect(ended).toEqual(["a5 overloaded", "a1", "a2", "b1", "a3", "b2", "a4"]);
    await one.close();
  });

  test("without what it needs nothing runs, and the answer says what to install", async () => {
    const problem = "The jail needs bubblewrap. On Debian: apt-get install bubblewrap.";
    const none = openJail({ openGround: async () => ({ problem }) });
    expect(await none.run(job("node", "export default () => 1"))).toMatchObject({
      reason: "unavailable",
      message: problem,
    });
    expect(await none.problem("python")).toBe(problem);
    await none.close();
  });

  test(
    "a jail that is ended while it starts leaves nothing, at whatever moment that is",
    { timeout: 30_000 },
    async () => {
      const others = mine();
      const one = openJail({ warmMax: 0 });
      await one.run(job("python", "def main(a):\n  return 1"));
      const [folder = "none"] = mine().filter((name) => !others.includes(name));
      for (let ms = 0; ms < 12; ms += 0.25) {
        const controller = new AbortController();
        const running = one.run(job("python", "def main(a):\n  return 1", { signal: controller.signal }));
        const until = performance.now() + ms;
        while (performance.now() < until) await new Promise((resolve) => setImmediate(resolve));
        controller.abort();
        await running;
      }
      expect(processesWith(folder)).toEqual([]);
      await one.close();
    },
  );

  test("what a server that was killed has left is ended and removed by the next", async () => {
    const dead = spawn("/bin/true");
    await once(dead, "exit");
    const namespace = /\d+/.exec(await readlink("/proc/self/ns/pid"))?.[0];
    const folder = path.join(tmpdir(), `steward-jail-${namespace}-${dead.pid}-x`);
    await mkdir(path.join(folder, "net-1"), { recursive: true });
    const left = ["--unshare-user", "--ro-bind", "/", "/", "--bind", `${folder}/net-1`, "/mnt", "--", "sleep", "60"];
    const process = spawn("/usr/bin/bwrap", left, { stdio: "ignore" });
    await expect.poll(() => processesWith(folder).length).toBeGreaterThan(0);
    const ended = once(process, "exit");
    const one = openJail({ warmMax: 0 });
    expect(await one.problem("python")).toBeNull();
    await ended;
    expect(existsSync(folder)).toBe(false);
    await one.close();
  });

  test("a ground that somebody tidied away is made anew", async () => {
    const others = mine();
    const one = openJail({ warmMax: 0 });
    expect(resultOf(await one.run(job("node", "export default () => 1")))).toBe(1);
    for (const folder of mine())
      if (!others.includes(folder)) await rm(path.join(tmpdir(), folder), { recursive: true });
    expect(resultOf(await one.run(job("node", "export default () => 2")))).toBe(2);
    await one.close();
  });

  test("closing ends what runs and leaves no file", async () => {
    const before = mine();
    const one = openJail();
    const running = one.run(job("shell", "sleep 60"));
    await expect.poll(() => one.stats().running).toBe(1);
    expect(mine().length).toBe(before.length + 1);
    await one.close();
    expect(await running).toMatchObject({ ok: false, reason: "cancelled" });
    expect(mine()).toEqual(before);
    expect(await one.run(job("node", "export default () => 1"))).toMatchObject({ reason: "cancelled" });
  });

  test("a script sees the folders that it is given, and writes to those alone that it may", async () => {
    const script = "cat /work/a/x; echo no > /work/a/y; ls /work/a";
    const folder = await mkdtemp(`${tmpdir()}/steward-mount-`);
    await chmod(folder, 0o777);
    await writeFile(`${folder}/x`, "in it\n");
    const mounts = [{ from: folder, name: "a", writable: false }];
    expect(printedBy(await jail.run(job("shell", script, { mounts })))).toBe("in it\nx\n");
    const writable = [{ from: folder, name: "a", writable: true }];
    expect(printedBy(await jail.run(job("shell", script, { mounts: writable })))).toBe("in it\nx\ny\n");
    await rm(folder, { recursive: true });
  });
});
