/** What a channel is shown of an approval: nothing that a run carries becomes markup, and every part fits Slack's limits. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Json, JsonObject } from "../json.ts";
import { BUTTONS, type MessageContent, slackMessage } from "./slack-message.ts";
import { markIn, slackMark, slackMarks } from "./slack-marks.ts";

const content = (more: Partial<MessageContent> = {}): MessageContent => ({
  flow: "Refund",
  step: "send",
  asks: "May it?",
  arguments: null,
  notes: [],
  buttons: { approval: "apr_1", digest: "ab" },
  link: "https://steward.test/approvals/apr_1",
  ...more,
});

function textsOf(value: Json): readonly JsonObject[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((one: Json) => textsOf(one));
  const object = value as JsonObject;
  return [
    ...(typeof object["text"] === "string" ? [object] : []),
    ...Object.values(object).flatMap((one) => textsOf(one)),
  ];
}

test("whatever is asked draws no link, mention or button, and no text is longer than Slack takes", () => {
  const texts = fc.oneof(
    fc.string(),
    fc.string({ minLength: 2900, maxLength: 4000 }),
    fc.constantFrom("<!channel>", "<https://evil.test|ok>", "&lt;"),
  );
  fc.assert(
    fc.property(
      texts,
      texts,
      fc.option(fc.json().map((text) => JSON.parse(text) as Json)),
      fc.array(texts, { maxLength: 3 }),
      (asks, flow, given, notes) => {
        const { text, blocks } = slackMessage(content({ asks, flow, arguments: given, notes }));
        expect(text).not.toMatch(/[<>]/);
        for (const one of textsOf(blocks)) {
          expect((one["text"] as string).length).toBeLessThanOrEqual(3000);
          if (one["type"] === "mrkdwn") expect(one["text"]).not.toMatch(/[<>]/);
        }
        const elements = (blocks as readonly JsonObject[]).flatMap((block) =>
          block["type"] === "actions" ? (block["elements"] as JsonObject[]) : [],
        );
        expect(elements.map((one) => one["action_id"])).toEqual(Object.values(BUTTONS));
      },
    ),
  );
});

test("who may not decide there is given the link alone, and what is over has neither", () => {
  const ids = (more: Partial<MessageContent>): unknown =>
    (slackMessage(content(more)).blocks as readonly JsonObject[]).flatMap((block) =>
      block["type"] === "actions" ? (block["elements"] as JsonObject[]).map((one) => one["action_id"]) : [],
    );
  expect(ids({ buttons: null })).toEqual([BUTTONS.open]);
  expect(ids({ buttons: null, link: null })).toEqual([]);
});

test("where a message stands is read back, the last of two in one place, and nothing else of what was told", () => {
  const place = { connection: "team", channel: "#approvals", arguments: false };
  const [one, two] = [
    { channel: "C1A", ts: "1.1" },
    { channel: "C1A", ts: "2.2" },
  ];
  const told = ["0:asked", slackMark(place, one), slackMark(place, two), "slack odd"];
  expect(slackMarks(told)).toHaveLength(2);
  expect(markIn(told, place)).toEqual({ connection: "team", named: "#approvals", ...two });
  expect(markIn(told, { ...place, channel: "#other" })).toBeNull();
});
