/** Signatures of Slack, by the example of its documentation ("Verifying requests from Slack"). */
import { createHmac } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isPressedIn, isSigned, isToldIn } from "./verify-slack.ts";

const SECRET = "8f742231b10e8888abcd99yyyzzz85a5";
const BODY =
  "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
const SIGNATURE = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
const SENT_S = 1531420618;

const delivery = (more: { body?: string; signature?: string | string[]; timestamp?: string; nowMs?: number } = {}) => ({
  headers: {
    "x-slack-signature": more.signature ?? SIGNATURE,
    "x-slack-request-timestamp": more.timestamp ?? String(SENT_S),
  },
  rawBody: Buffer.from(more.body ?? BODY),
  nowMs: more.nowMs ?? SENT_S * 1000,
});

test("the documented request is signed, for five minutes to either side", () => {
  expect(isSigned(SECRET, delivery())).toBe(true);
  for (const seconds of [-300, 300])
    expect(isSigned(SECRET, delivery({ nowMs: (SENT_S + seconds) * 1000 }))).toBe(true);
  for (const seconds of [-301, 301])
    expect(isSigned(SECRET, delivery({ nowMs: (SENT_S + seconds) * 1000 }))).toBe(false);
});

test("nothing else is: another secret, body, time, version, or two signatures", () => {
  expect(isSigned(`${SECRET}x`, delivery())).toBe(false);
  expect(
    isSigned(
      "",
      delivery({ signature: `v0=${createHmac("sha256", "").update("v0:1531420618:").digest("hex")}`, body: "" }),
    ),
  ).toBe(false);
  expect(isSigned(SECRET, delivery({ body: `${BODY}&more=1` }))).toBe(false);
  expect(isSigned(SECRET, delivery({ timestamp: String(SENT_S + 1) }))).toBe(false);
  for (const timestamp of ["", "now", `${SENT_S}.0`, ` ${SENT_S}`])
    expect(isSigned(SECRET, delivery({ timestamp }))).toBe(false);
  expect(isSigned(SECRET, delivery({ signature: SIGNATURE.replace("v0", "v1") }))).toBe(false);
  expect(isSigned(SECRET, delivery({ signature: [SIGNATURE, SIGNATURE] }))).toBe(false);
  expect(isSigned(SECRET, { ...delivery(), headers: {} })).toBe(false);
});

test("no altered signature passes", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 3, max: SIGNATURE.length - 1 }),
      fc.integer({ min: 0, max: 15 }).map((digit) => digit.toString(16)),
      (at, digit) => {
        const signature = SIGNATURE.slice(0, at) + digit + SIGNATURE.slice(at + 1);
        expect(isSigned(SECRET, delivery({ signature }))).toBe(signature === SIGNATURE);
      },
    ),
  );
});

test("what happened in another workspace of the same app is not told here, but in a channel that is shared", () => {
  const told = { team_id: "T1", event: {} };
  expect(isToldIn("T1", told)).toBe(true);
  expect(isToldIn("T2", told)).toBe(false);
  expect(isToldIn("T2", { ...told, authorizations: [{ team_id: "T2" }] })).toBe(true);
  expect(isToldIn("T2", { ...told, authorizations: [{ team_id: "T3" }, { team_id: null }] })).toBe(false);
  for (const body of [null, "T1", {}, { team_id: ["T1"] }]) expect(isToldIn("T1", body)).toBe(false);
});

test("a button counts in the connection's workspace alone", () => {
  const pressed = (payload: unknown) =>
    Buffer.from(new URLSearchParams({ payload: JSON.stringify(payload) }).toString());
  expect(isPressedIn("T1", pressed({ team: { id: "T1" } }))).toBe(true);
  expect(isPressedIn("T1", pressed({ team: { id: "T2" }, user: { team_id: "T1" } }))).toBe(false);
  for (const payload of [null, {}, { team: null }]) expect(isPressedIn("T1", pressed(payload))).toBe(false);
  expect(isPressedIn("T1", Buffer.from("team=T1"))).toBe(false);
});
