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
