import { expect, test } from "vitest";
import { type Had, needsOf, usesOf } from "./flow-needs.ts";

const FILE = {
  triggers: [{ id: "mail", kind: "event", event: "gmail.new_mail", connection: "office" }],
  steps: [
    {
      id: "each",
      kind: "each",
      input: { items: "{{ vars.list }}" },
      steps: [
        {
          id: "send",
          kind: "action",
          input: { action: "gmail.send", connection: "office", arguments: { to: ["{{ vars.to }}"] } },
        },
      ],
    },
    { id: "draft", kind: "model", input: { connection: "brain", model: "m", fallbacks: [{ connection: "spare" }] } },
    { id: "own", kind: "action", input: { action: "slack.post_message", connection: "me" } },
  ],
};
const NOTHING: Had = { connections: [], grants: [], variables: [] };
const grant = (to: string, connection: string, ...actions: string[]): Had["grants"][number] => ({
  stands: true,
  form: { to, connection, lines: [{ actions }] },
});

test("what a flow uses is found in triggers, in nested steps and among a model's fallbacks; one's own connection is nobody's to set up", () => {
  const { connections, variables } = usesOf(FILE);
  expect([...connections].map(([slug, actions]) => [slug, [...actions]])).toEqual([
    ["office", ["gmail.new_mail", "gmail.send"]],
    ["brain", ["model.generate"]],
    ["spare", ["model.generate"]],
  ]);
  expect([...variables]).toEqual(["list", "to"]);
  expect([...usesOf(null).connections]).toEqual([]);
});

test("with nothing set up, each variable and connection is needed first, and no grant before its connection", () => {
  expect(needsOf("f", usesOf(FILE), NOTHING)).toEqual([
    { kind: "variable", name: "list" },
    { kind: "variable", name: "to" },
    { kind: "connection", slug: "office", connector: "gmail", actions: ["gmail.new_mail", "gmail.send"] },
    { kind: "connection", slug: "brain", connector: null, actions: ["model.generate"] },
    { kind: "connection", slug: "spare", connector: null, actions: ["model.generate"] },
  ]);
});

test("a grant counts when it stands, and is the flow's or the project's, for that connection and action", () => {
  const connections = ["office", "brain", "spare"].map((slug) => ({ slug, status: "active" }));
  const variables = [{ name: "list" }, { name: "to" }];
  const had = (...grants: Had["grants"]): Had => ({ connections, variables, grants });
  const all = [grant("flow:f", "office", "gmail.*"), grant("project", "brain", "read"), grant("project", "spare", "*")];
  expect(needsOf("f", usesOf(FILE), had(...all))).toEqual([]);
  const others = [grant("flow:g", "office", "gmail.*"), { ...all[1]!, stands: false }, ...all.slice(2)];
  expect(needsOf("f", usesOf(FILE), had(...others, grant("flow:f", "office", "gmail.send")))).toEqual([
    { kind: "grant", slug: "office", actions: ["gmail.new_mail"] },
    { kind: "grant", slug: "brain", actions: ["model.generate"] },
  ]);
});

test("what must be connected anew is said, and what was disconnected is not there", () => {
  const connections = [
    { slug: "office", status: "reauth_required" },
    { slug: "brain", status: "disconnected" },
  ];
  const uses = usesOf({ steps: [FILE.steps[0], { kind: "model", input: { connection: "brain" } }] });
  const grants = [grant("project", "office", "*")];
  expect(
    needsOf("f", uses, { ...NOTHING, connections, grants, variables: [{ name: "list" }, { name: "to" }] }),
  ).toEqual([
    { kind: "renewal", slug: "office" },
    { kind: "connection", slug: "brain", connector: null, actions: ["model.generate"] },
  ]);
});
