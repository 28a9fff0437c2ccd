import { expect, test } from "vitest";
import { readAnswer } from "./read-answer.ts";
import { createEchoSlices } from "./redact-echo.ts";

const SECRET = "kept-from-all-4711";

async function read(body: string, secrets: readonly string[]): Promise<{ turns: number; body: unknown }> {
  let turns = 0;
  const answer = {
    kind: "answer",
    status: 200,
    headers: [],
    body: Buffer.from(body),
    url: "https://example.com/",
  } as const;
  const { outcome } = await readAnswer(answer, createEchoSlices(secrets), () => Promise.resolve(void turns++));
  return { turns, body: outcome.kind === "done" ? (outcome.result as { body: string }).body : outcome };
}

test("a large answer is looked through in many turns of the event loop, and comes to what a small one does", async () => {
  const filler = "x".repeat(4_000_000);
  const large = await read(`${filler}${SECRET}${filler}`, [SECRET]);
  expect(large.turns).toBeGreaterThan(5);
  expect(large.body).toBe(`${filler}[redacted]${filler}`);
  expect(await read(`a ${SECRET}`, [SECRET])).toEqual({ turns: 0, body: "a [redacted]" });
});

test("without a secret nothing is looked through", async () => {
  expect(await read("x".repeat(4_000_000), [])).toMatchObject({ turns: 0 });
});

test("headers are as they came, but for those that give a secret away, also beneath an escape", async () => {
  const plain = [
    ["content-type", "application/json"],
    ["x-limit", "5"],
    ["x-limit", "100%"],
    ["set-cookie", "a=b"],
  ] as const;
  const headersOf = async (headers: readonly (readonly [string, string])[]) => {
    const answer = { kind: "answer", status: 200, headers, body: Buffer.from(""), url: "https://a.test/" } as const;
    const { outcome } = await readAnswer(answer, createEchoSlices(["se/cret-canary"]), () => Promise.resolve());
    return outcome.kind === "done" ? (outcome.result as { headers: object }).headers : null;
  };
  const same = { "content-type": "application/json", "x-limit": "5, 100%", "set-cookie": "[redacted]" };
  expect(await headersOf(plain)).toEqual(same);
  expect(
    await headersOf([...plain, ["x-echo", "a se/cret-canary"], ["x-hidden", String.raw`se\/cret-canary`]]),
  ).toEqual({ ...same, "x-echo": "a [redacted]", "x-hidden": "[redacted]" });
  // A secret that is cut in two by the end of one header is none.
  expect(
    await headersOf([
      ["a", "se/cret-"],
      ["canary", "x"],
    ]),
  ).toEqual({ a: "se/cret-", canary: "x" });
});
