import * as fc from "fast-check";
import { expect, test } from "vitest";
import { showId } from "../core/id.ts";
import type { Json } from "../core/json.ts";
import type { Settled } from "../engine/engine.ts";
import { webhookAnswer } from "./webhook-answer.ts";

const RUN = "01234567-89ab-7cde-8f01-0000000000cc";
const SHOWN = showId("run", RUN);
const GUARD = { "content-security-policy": "sandbox", "x-content-type-options": "nosniff" };

const settled = (more: Partial<Settled>): Settled => ({
  status: "completed",
  reply: null,
  output: undefined,
  error: null,
  ...more,
});
const answer = (reply: "accepted" | "last" | "step", outcome: Settled | null) =>
  webhookAnswer({ run: RUN, repeated: false, settled: outcome }, reply);
const replied = (body: NonNullable<Settled["reply"]>["body"], headers: Record<string, string> = {}, status = 200) =>
  answer("step", settled({ reply: { status, headers, body } }));

test("a run that goes on, or was only to be accepted, answers 202 with its id", () => {
  for (const one of [
    answer("accepted", null),
    answer("step", null),
    answer("last", null),
    answer("last", settled({ status: "waiting" })),
  ]) {
    expect(one).toMatchObject({ status: 202, body: JSON.stringify({ run: SHOWN }), run: SHOWN, headers: GUARD });
  }
});

test("text goes out as text, bytes as bytes, anything else as JSON, nothing as nothing", () => {
  expect(replied("hi")).toMatchObject({ body: "hi", headers: { "content-type": "text/plain; charset=utf-8" } });
  expect(replied({ n: 1 })).toMatchObject({
    body: '{"n":1}',
    headers: { "content-type": "application/json; charset=utf-8" },
  });
  expect(replied(null)).toMatchObject({ body: "null" });
  expect(replied({ $base64: "YWJj" })).toMatchObject({
    body: Buffer.from("abc"),
    headers: { "content-type": "application/octet-stream" },
  });
  expect(replied({ $base64: "YWJj", more: 1 }).body).toBe('{"$base64":"YWJj","more":1}');
  expect(replied(undefined)).toEqual({ status: 200, headers: GUARD, body: null, run: SHOWN });
  expect(replied({ n: 1 }, { "content-type": "text/html" }, 204)).toEqual({
    status: 204,
    headers: GUARD,
    body: null,
    run: SHOWN,
  });
});

test("a page that a flow answers with is sandboxed, whatever the flow says", () => {
  const { headers } = replied("<script>alert(1)</script>", {
    "Content-Type": "text/html",
    "Content-Security-Policy": "default-src *",
    "X-Content-Type-Options": "",
  });
  expect(headers).toEqual({ "content-type": "text/html", ...GUARD });
});

test("headers that would act on the connection, the browser's cookies or our whole origin are left out", () => {
  const asked = [
    "connection",
    "transfer-encoding",
    "content-length",
    "set-cookie",
    "access-control-allow-credentials",
    "clear-site-data",
    "service-worker-allowed",
    "strict-transport-security",
    "www-authenticate",
    "content-encoding",
    "sourcemap",
    "bad name",
    "x-split",
  ];
  const { headers } = replied("x", {
    ...Object.fromEntries(asked.map((name) => [name, "x"])),
    "x-split": "a\r\nb: c",
    location: "https://example.com/",
    "X-Mine": "1",
  });
  expect(headers).toEqual({
    "content-type": "text/plain; charset=utf-8",
    location: "https://example.com/",
    "x-mine": "1",
    ...GUARD,
  });
});

test("last answers with the output, step without a reply says so with the run", () => {
  expect(answer("last", settled({ output: { n: 1 } }))).toMatchObject({ status: 200, body: '{"n":1}' });
  expect(answer("last", settled({ output: "x", reply: { status: 201, headers: {}, body: "y" } }))).toMatchObject({
    status: 201,
    body: "y",
  });
  expect(answer("step", settled({ output: "secret" }))).toMatchObject({
    status: 200,
    body: JSON.stringify({ run: SHOWN }),
  });
});

test("a run that failed before its reply is told by its id and nothing else", () => {
  const failed = settled({ status: "failed", error: { code: "code_threw", message: "the cellar is damp" } });
  for (const reply of ["last", "step"] as const) {
    expect(() => answer(reply, failed)).toThrow(
      expect.objectContaining({
        code: "run_failed",
        details: { run: SHOWN },
        message: expect.not.stringContaining("cellar"),
      }),
    );
  }
  expect(() => answer("step", settled({ status: "cancelled" }))).toThrow(
    expect.objectContaining({ code: "run_failed" }),
  );
  const afterReply = { ...failed, reply: { status: 200, headers: {}, body: "ok" } };
  expect(answer("step", afterReply)).toMatchObject({ body: "ok" });
  expect(() => answer("last", afterReply)).toThrow(expect.objectContaining({ code: "run_failed" }));
});

test("whatever a flow replies, the guard stands and every header can be sent", () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.string({ unit: "binary" })),
      fc.json().map((text): Json => JSON.parse(text)),
      fc.integer({ min: 200, max: 599 }),
      (headers, body, status) => {
        const one = replied(body, headers, status);
        expect(one.headers).toMatchObject(GUARD);
        for (const [name, value] of Object.entries(one.headers))
          expect(() => new Headers([[name, value]])).not.toThrow();
      },
    ),
  );
});
