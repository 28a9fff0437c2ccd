import type { Dispatcher } from "undici";
import { expect, test } from "vitest";
import { judgeUrl } from "../../core/egress/judge-url.ts";
import { Exchange, type Line, type Message } from "./exchange.ts";

/** A connection that does nothing by itself: the test plays undici. */
function play(change: Partial<Message> = {}): {
  exchange: Exchange;
  controller: Dispatcher.DispatchController;
  calls: string[];
} {
  const judged = judgeUrl("http://sink.test/");
  if (!judged.ok) throw new Error(judged.message);
  const calls: string[] = [];
  const line: Line = {
    dispatch: () => void calls.push("dispatch"),
    reset: () => void calls.push("reset"),
    broken: false,
  };
  const controller: Dispatcher.DispatchController = {
    aborted: false,
    paused: false,
    reason: null,
    rawHeaders: [],
    abort: () => void calls.push("abort"),
    pause: () => undefined,
    resume: () => undefined,
  };
  const message: Message = {
    target: judged.target,
    method: "GET",
    headers: [],
    body: null,
    responseBytesMax: 10,
    mayBegin: () => true,
    ...change,
  };
  const exchange = new Exchange(line, message);
  exchange.start();
  return { exchange, controller, calls };
}

test("X1 the first byte is allowed by the answer given in the same turn, and a no aborts before it", async () => {
  const { exchange, controller, calls } = play({ mayBegin: () => false });
  exchange.onRequestStart(controller);
  expect(calls).toEqual(["dispatch", "reset", "abort"]);
  expect(await exchange.outcome).toMatchObject({ kind: "refused", code: "cancelled" });
});

test("X2 a failure before the first byte is known, and after it unknown, whatever the failure says", async () => {
  const before = play();
  before.exchange.onResponseError(null, new Error("ECONNRESET"));
  expect(await before.exchange.outcome).toMatchObject({ kind: "unsent", code: "connect" });
  const after = play();
  after.exchange.onRequestStart(after.controller);
  after.exchange.onResponseError(null, new Error("ECONNREFUSED"));
  expect(await after.exchange.outcome).toMatchObject({ kind: "unknown", code: "reset" });
});

test("X3 a request that would be written a second time is stopped and unknown", async () => {
  const { exchange, controller, calls } = play();
  exchange.onRequestStart(controller);
  exchange.onRequestStart(controller);
  expect(calls).toEqual(["dispatch", "reset", "abort"]);
  expect(await exchange.outcome).toMatchObject({ kind: "unknown", code: "reset" });
});

test("X4 the first end counts, and what comes later changes nothing", async () => {
  const { exchange, controller, calls } = play();
  exchange.onRequestStart(controller);
  exchange.onResponseStart(controller, 200);
  exchange.stop("timeout", "too slow");
  exchange.onResponseData(controller, Buffer.from("late"));
  exchange.onResponseEnd();
  exchange.onResponseError(null, new Error("late"));
  exchange.stop("cancelled", "late");
  expect(calls).toEqual(["dispatch", "reset"]);
  expect(await exchange.outcome).toMatchObject({ kind: "unknown", code: "timeout", message: "sink.test: too slow" });
});

test("X1 a request that was stopped while its connection was made never begins", async () => {
  const { exchange, controller, calls } = play();
  exchange.stop("cancelled", "revoked");
  exchange.onRequestStart(controller);
  expect(calls).toEqual(["dispatch", "reset", "abort"]);
  expect(await exchange.outcome).toEqual({ kind: "refused", code: "cancelled", message: "revoked" });
});
