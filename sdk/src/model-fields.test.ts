import { expect, test } from "vitest";
import { modelFields } from "./model-fields.ts";

const draft = { id: "draft", kind: "model", input: { prompt: "{{ trigger.body.text }}" } };
const of = (...steps: object[]): object => Object.fromEntries(modelFields({ steps }));

test("a field that reads a model's step is its words, whichever way it is named", () => {
  const send = (body: unknown) => ({
    id: "send",
    kind: "action",
    input: { action: "gmail.send", arguments: { to: "ann@a.test", body } },
  });
  for (const body of [
    "Dear {{ steps.draft.text }}",
    "{{ steps?.draft.object.answer }}",
    '{{ steps["draft"].text }}',
    ["{{ steps['draft'].text }}"],
    { html: '{{ steps["draft"].text }}' },
  ])
    expect(of(draft, send(body))).toEqual({ send: ["body"] });
  expect(of(draft, send("{{ steps.drafts.text }}"))).toEqual({});
});

test("words go on through what only turns data over, in loops too, and end where others answer", () => {
  const steps = [
    draft,
    { id: "shaped", kind: "set", input: { title: "{{ steps.draft.object.title }}", at: "{{ trigger.at }}" } },
    { id: "asked", kind: "http", input: { url: "https://a.test/", body: "{{ steps.shaped.title }}" } },
    { id: "after", kind: "set", input: { answer: "{{ steps.asked.body }}" } },
    {
      id: "all",
      kind: "each",
      input: { items: "{{ steps.draft.object.lines }}" },
      steps: [{ id: "one", kind: "set", input: { line: "{{ item.text }}", number: 3 } }],
    },
  ];
  expect(of(...steps)).toEqual({ shaped: ["title"], asked: ["body"], all: ["items"], one: ["line"] });
});

test("of a question it is told which of the values it shows", () => {
  const ask = {
    id: "ask",
    kind: "approval",
    input: { message: "May it?", to: ["role:owner"], show: { a: 1, b: "{{ steps.draft.text }}" } },
  };
  expect(of(draft, ask)).toEqual({ ask: ["b"] });
  expect(of(draft, { ...ask, input: { message: "{{ steps.draft.text }}?", show: "{{ steps.draft.text }}" } })).toEqual({
    ask: ["message", "show"],
  });
});

test("a flow without a model has none, nor what is no flow", () => {
  expect(of({ id: "a", kind: "set", input: { x: "{{ steps.draft.text }}" } })).toEqual({});
  for (const none of [null, 5, "x", {}, { steps: [null, { id: 5 }] }]) expect(modelFields(none).size).toBe(0);
});

test("what an agent answers, and what its tools are called with, a model has written", () => {
  const file = {
    steps: [
      {
        id: "turn",
        kind: "agent",
        input: { prompt: "{{ trigger.body }}" },
        steps: [
          { id: "send", kind: "action", input: { action: "gmail.send", arguments: "{{ call }}" } },
          { id: "note", kind: "http", input: { url: "https://example.com/", body: "{{ call.text }}" } },
        ],
      },
      {
        id: "tell",
        kind: "action",
        input: { action: "gmail.send", arguments: { text: "{{ steps.turn.text }}", to: "a" } },
      },
    ],
  };
  expect(Object.fromEntries(modelFields(file))).toEqual({ send: ["arguments"], note: ["body"], tell: ["text"] });
});
