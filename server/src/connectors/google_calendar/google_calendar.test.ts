/** Google Calendar's connector against emulate's Google, and against what its reference says that emulate does not. */
import type { ConnectorAnswer } from "@steward/sdk";
import { createEmulator } from "emulate";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answer, asking, drive, inTurn, type Driven, type Provider } from "../drive.testsuite.ts";
import { googleCalendar } from "./connector.ts";

let close: () => Promise<void>;
let provider: Provider;
beforeAll(async () => {
  const email = "ada@example.com";
  const seed = {
    tokens: { "ada-token": { login: email, scopes: [] } },
    google: {
      users: [{ email, name: "Ada Lovelace" }],
      calendars: [
        { id: "primary", user_email: email, summary: "Ada", primary: true, selected: true, time_zone: "UTC" },
      ],
    },
  };
  const server = await createEmulator({ service: "google", port: 0, seed });
  close = async () => await server.close();
  provider = asking(googleCalendar, server.url, "Bearer ada-token");
});
afterAll(async () => await close());

async function perform(name: string, input: object, key = "key"): Promise<Driven<Record<string, unknown>>> {
  const action = googleCalendar.actions[name]!;
  const driven = await drive(googleCalendar, action.perform(action.input.parse(input), key), provider);
  expect(action.output.parse(driven.output)).toEqual(driven.output);
  return driven as Driven<Record<string, unknown>>;
}

test("an event is created, listed, makes one busy, and is deleted", async () => {
  const { output: made } = await perform("create_event", {
    summary: "Talk about the basket",
    start: "2026-11-24T10:00:00Z",
    end: "2026-11-24T10:30:00Z",
    attendees: ["ann@example.com"],
  });
  const window = { timeMin: "2026-11-24T00:00:00Z", timeMax: "2026-11-25T00:00:00Z" };
  const { output: listed } = await perform("list_events", window);
  expect(listed["events"]).toMatchObject([{ id: made["id"], summary: "Talk about the basket" }]);
  const { output: busy } = await perform("free_busy", { ...window, calendars: ["primary"] });
  expect(busy["calendars"]).toMatchObject({
    primary: { busy: [{ start: expect.stringMatching(/^2026-11-24T10:00/) }] },
  });
  expect((await perform("list_calendars", {})).output["calendars"]).toMatchObject([{ summary: "Ada", primary: true }]);
  expect((await perform("delete_event", { id: made["id"] })).output).toEqual({ deleted: true });
  expect((await perform("list_events", window)).output["events"]).toEqual([]);
});

test("a day of the week long is an event of days", async () => {
  const { calls } = await perform("create_event", {
    summary: "Away",
    start: "2026-12-01",
    end: "2026-12-03",
    sendUpdates: "none",
  });
  expect(calls.at(-1)).toMatchObject({
    method: "POST",
    query: { sendUpdates: "none" },
    body: { start: { date: "2026-12-01" }, end: { date: "2026-12-03" } },
  });
});

test("an event that is sent again is found by the id that its key made, and not created twice", async () => {
  const action = googleCalendar.actions["create_event"]!;
  const first = action.perform(action.sample.input, "run_1.step.0");
  const asked = first.next();
  if (asked.done === true) throw new Error("it asked for nothing");
  expect(asked.value.url).toMatch(/^\/calendars\/primary\/events\/[a-v0-9]{5,1024}$/);
  const there = answer({ id: asked.value.url.split("/").at(-1)!, status: "confirmed" });
  const { output, calls } = await drive(
    googleCalendar,
    action.perform(action.sample.input, "run_1.step.0"),
    inTurn([there]),
  );
  expect(calls.map(({ method }) => method)).toEqual(["GET"]);
  expect(output).toEqual(there.body);
  const other = action.perform(action.sample.input, "run_1.step.1").next();
  expect(other.value).not.toMatchObject({ url: asked.value.url });
});

test("times that leave open when they are, are refused", () => {
  const { input } = googleCalendar.actions["create_event"]!;
  const fits = (times: object): boolean => input.safeParse({ summary: "x", ...times }).success;
  expect(fits({ start: "2026-11-24T10:00:00", end: "2026-11-24T11:00:00" })).toBe(false);
  expect(fits({ start: "2026-11-24T10:00:00", end: "2026-11-24T11:00:00", timeZone: "Europe/Berlin" })).toBe(true);
  expect(fits({ start: "2026-11-24", end: "2026-11-24T11:00:00Z" })).toBe(false);
  expect(fits({ start: "tomorrow", end: "2026-11-24" })).toBe(false);
});

test("only what is given is changed, and a deleted event stays deleted", async () => {
  const change = googleCalendar.actions["change_event"]!;
  const event = { id: "e1", status: "confirmed" };
  const changed = await drive(
    googleCalendar,
    change.perform(change.input.parse({ id: "e1", location: "" }), "key"),
    inTurn([answer(event)]),
  );
  expect(changed.calls).toEqual([
    { method: "PATCH", url: "/calendars/primary/events/e1", query: { sendUpdates: "all" }, body: { location: "" } },
  ]);
  const remove = googleCalendar.actions["delete_event"]!;
  const gone = answer(
    { error: { code: 410, message: "Resource has been deleted", errors: [{ reason: "deleted" }] } },
    410,
  );
  const removed = await drive(googleCalendar, remove.perform(remove.input.parse({ id: "e1" }), "key"), inTurn([gone]));
  expect(removed.output).toEqual({ deleted: false });
});

const trigger = googleCalendar.triggers["event_changed"]!;
const poll = async (cursor: unknown, ...answers: readonly ConnectorAnswer[]) => {
  if (trigger.kind !== "poll") throw new Error("no poll");
  return await drive(googleCalendar, trigger.poll({ calendar: "primary" }, cursor as never), inTurn(answers));
};
const GONE = answer(
  {
    error: {
      code: 410,
      message: "Sync token is no longer valid, a full sync is required.",
      errors: [{ reason: "fullSyncRequired" }],
    },
  },
  410,
);
const event = (id: string, updated: string) => ({ id, status: "confirmed", updated });

test("each change starts one run, under a key of its own", async () => {
  const first = await poll(null, answer({ nextSyncToken: "a" }));
  expect(first.output).toMatchObject({ events: [], more: false });
  expect(first.calls[0]?.query).toMatchObject({ fields: "nextPageToken,nextSyncToken" });
  const one = await poll(
    first.output.cursor,
    answer({ items: [event("e1", "2026-11-21T10:00:00.000Z")], nextPageToken: "p" }),
  );
  expect(one.output).toMatchObject({ events: [{ key: "e1@2026-11-21T10:00:00.000Z" }], more: true });
  const two = await poll(
    one.output.cursor,
    answer({ items: [event("e1", "2026-11-21T10:05:00.000Z")], nextSyncToken: "b" }),
  );
  expect(two.calls[0]?.query).toMatchObject({ syncToken: "a", pageToken: "p" });
  expect(two.output).toMatchObject({ events: [{ key: "e1@2026-11-21T10:05:00.000Z" }], more: false });
  const three = await poll(two.output.cursor, answer({ items: [], nextSyncToken: "c" }));
  expect(three.calls[0]?.query).toMatchObject({ syncToken: "b" });
});

test("when Google drops the token, what changed meanwhile is read by its time", async () => {
  const before = { at: "sync", page: null, since: "2026-11-21T10:05:00.000Z", token: "old" };
  const dropped = await poll(before, GONE);
  expect(dropped.output).toMatchObject({ events: [], more: true });
  const based = await poll(dropped.output.cursor, answer({ nextPageToken: "p" }), answer({ nextSyncToken: "new" }));
  expect(based.output).toMatchObject({ events: [], more: true });
  const missed = await poll(based.output.cursor, answer({ items: [event("e2", "2026-11-21T11:00:00.000Z")] }));
  expect(missed.calls[0]?.query).toMatchObject({ updatedMin: "2026-11-21T10:05:00.000Z", showDeleted: true });
  expect(missed.output.events).toHaveLength(1);
  const on = await poll(missed.output.cursor, answer({ nextSyncToken: "newer" }));
  expect(on.calls[0]?.query).toMatchObject({ syncToken: "new" });
  expect(on.output).toMatchObject({ more: false, cursor: { since: "2026-11-21T11:00:00.000Z" } });
  const tooLong = await poll(based.output.cursor, GONE);
  expect(tooLong.output).toMatchObject({ events: [], cursor: { at: "sync", token: "new" } });
});

test("a calendar too large for one poll is gone through by several", async () => {
  const pages = Array.from({ length: 18 }, (_, n) => answer({ nextPageToken: `p${n}` }));
  const first = await poll(null, ...pages);
  expect(first.output).toMatchObject({ events: [], more: true, cursor: { at: "baseline", page: "p17" } });
  const second = await poll(first.output.cursor, answer({ nextSyncToken: "a" }));
  expect(second.calls[0]?.query).toMatchObject({ pageToken: "p17" });
  expect(second.output).toMatchObject({ more: false, cursor: { at: "sync", token: "a" } });
});
