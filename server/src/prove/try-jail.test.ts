import { expect, test } from "vitest";
import { HAS_JAIL, openJail } from "../adapters/jail/jail.testsuite.ts";
import type { Jail } from "../core/ports/jail.ts";
import { tryJail } from "./try-jail.ts";

test.skipIf(!HAS_JAIL)("code that wants out of the jail gets nothing", async () => {
  const jail = openJail();
  const trial = await tryJail(jail, { pid: process.pid, port: 9 });
  await jail.close();
  expect(trial).toMatchObject({ unavailable: null, faults: [] });
  expect(trial.held).toHaveLength(16);
});

test("a jail that holds nothing is told of, and so is that there is none", async () => {
  const leaky: Jail = {
    problem: async () => null,
    run: async ({ runtime }) => ({ ok: true, result: runtime === "shell" ? '"all"' : "{}", log: "" }),
    abortAll: () => undefined,
    stats: () => ({ running: 0, waiting: 0, warm: 0 }),
    close: async () => undefined,
  };
  expect(await tryJail(leaky, { pid: 1, port: 9 })).toMatchObject({
    faults: expect.toSatisfy((faults: readonly string[]) => faults.length === 17),
    held: [],
  });
  const none = { ...leaky, problem: async () => "The jail needs bubblewrap." };
  expect(await tryJail(none, { pid: 1, port: 9 })).toEqual({
    unavailable: "The jail needs bubblewrap.",
    faults: [],
    held: [],
  });
});
