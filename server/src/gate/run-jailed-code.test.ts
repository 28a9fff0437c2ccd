import { expect, test } from "vitest";
import type { CodeOutcome } from "../core/ports/code-runner.ts";
import type { JailConnection, JailNetwork } from "../core/ports/jail.ts";
import type { EffectCall } from "../core/ports/gate.ts";
import { callOf, openGate } from "./gate.testsuite.ts";
import { runJailedCode } from "./run-jailed-code.ts";

const DONE: CodeOutcome = { ok: true, output: [1], logs: [] };
const OPEN: JailConnection = { host: "api.test", port: 443, verdict: "open", bytesOut: 10, bytesIn: 20 };
const REFUSED: JailConnection = { host: "evil.test", port: 443, verdict: "not_allowed", bytesOut: 0, bytesIn: 0 };

function open(ending: (network: JailNetwork) => CodeOutcome) {
  const ran: string[] = [];
  const { gate } = openGate({
    actions: {
      "code.run": runJailedCode({
        run: async (program, input, _limits, _signal, network) => {
          ran.push(`${program.key} ${program.runtime} ${program.source} ${input}`);
          return ending(network);
        },
      }),
    },
  });
  return { gate, ran };
}

const call = (hosts: string[] = ["api.test"], change: Partial<EffectCall> = {}) =>
  callOf(
    { url: "" },
    { action: "code.run", arguments: { runtime: "node", source: "s", argument: { a: 1 }, hosts }, repeat: "never" },
    change,
  );

test("the intent names every host before the code starts, and the outcome what it connected to", async () => {
  const asked = call(["api.test", "*.b.test"]);
  const { gate, ran } = open((network) => {
    expect(asked.intents).toHaveLength(1);
    expect(network.hosts).toEqual(["api.test", "*.b.test"]);
    for (const one of [OPEN, OPEN, REFUSED]) network.note(one);
    return DONE;
  });
  const { outcome, audit } = await gate.perform(asked);
  expect(outcome).toEqual({ kind: "done", result: { output: [1] } });
  expect(ran).toEqual([expect.stringMatching(/:orders node s \{"a":1\}$/)]);
  expect(asked.intents[0]?.[0]?.facts).toMatchObject({ effect: "code.run", hosts: "api.test *.b.test", host: null });
  expect(audit[0]?.facts).toMatchObject({
    outcome: "done",
    open: 2,
    refused: 1,
    bytesOut: 20,
    bytesIn: 40,
    connections: "api.test:443 open, evil.test:443 not_allowed",
  });
});

test.each([
  ["threw", true, "failed"],
  ["not_json", true, "failed"],
  ["timeout", true, "unknown"],
  ["crashed", true, "unknown"],
  ["memory", true, "unknown"],
  ["cancelled", true, "unknown"],
  ["timeout", false, "failed"],
  ["unavailable", false, "failed"],
] as const)("code that ended as %s, connected %s, is %s", async (reason, connected, kind) => {
  const { gate } = open((network) => {
    if (connected) network.note(OPEN);
    return { ok: false, reason, message: "m", stack: "step.js:1:1" };
  });
  const { outcome } = await gate.perform(call());
  expect(outcome).toMatchObject({ kind, code: `code_${reason}`, message: "m\nstep.js:1:1" });
});

test("a host that is none, and a run that was cancelled, start nothing", async () => {
  const { gate, ran } = open(() => DONE);
  expect((await gate.perform(call(["https://a"]))).outcome).toMatchObject({
    kind: "refused",
    code: "arguments_invalid",
  });
  expect((await gate.perform(call([], { mayProceed: () => false }))).outcome).toMatchObject({ code: "cancelled" });
  expect(ran).toEqual([]);
});

test("a run that may no longer act connects no more", async () => {
  let may = true;
  const { gate } = open((network) => {
    expect(network.mayConnect()).toBe(true);
    may = false;
    expect(network.mayConnect()).toBe(false);
    return DONE;
  });
  await gate.perform(call(["api.test"], { mayProceed: () => may }));
});
