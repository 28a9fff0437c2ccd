import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fieldLine, fieldParts } from "./field-line.ts";

const file = JSON.stringify(
  {
    format: 1,
    name: "a",
    steps: [
      { id: "x", kind: "set", input: { "a.b": 1 } },
      { id: "y", kind: "wat", next: ["z"] },
    ],
  },
  null,
  2,
);
const lineOf = (needle: string) => file.split("\n").findIndex((line) => line.includes(needle)) + 1;

describe("the line of a field", () => {
  it.each([
    ["steps[1].kind", '"wat"'],
    ["steps.1.kind", '"wat"'],
    ["/steps/1/kind", '"wat"'],
    ["steps[1].next[0]", '"z"'],
    ['steps[0].input["a.b"]', '"a.b"'],
    ["name", '"name"'],
  ])("%s is found", (field, needle) => expect(fieldLine(file, field)).toBe(lineOf(needle)));

  it("that is missing is the line of what would hold it", () => {
    expect(fieldLine(file, "steps[1].retry.times")).toBe(lineOf('"y"') - 1);
    expect(fieldLine(file, "")).toBe(1);
  });

  it("is null for a text that is not JSON", () => {
    expect(fieldLine("format: 1", "format")).toBeNull();
  });

  it("is found for any path of any value, however it is written", () => {
    const key = fc.constantFrom("a", "b", "__proto__", "x y");
    const value = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        fc.integer(),
        fc.string(),
        fc.array(tie("node"), { maxLength: 3 }),
        fc.dictionary(key, tie("node")),
      ),
    })).node;
    fc.assert(
      fc.property(value, fc.infiniteStream(fc.nat(5)), (node, picks) => {
        const text = JSON.stringify(node, null, 2);
        const path: string[] = [];
        let at: unknown = node;
        for (let depth = 0; depth < 6 && typeof at === "object" && at !== null; depth += 1) {
          const entries = Object.entries(at);
          if (entries.length === 0) break;
          const [name, child] = entries[Number(picks.next().value) % entries.length] ?? ["", null];
          path.push(name);
          at = child;
        }
        const pointer = path.map((part) => `/${part}`).join("");
        const line = text.split("\n")[(fieldLine(text, pointer) ?? 0) - 1] ?? "";
        const last = path.at(-1);
        const shown =
          typeof at === "object" && at !== null
            ? (JSON.stringify(at, null, 2).split("\n")[0] ?? "")
            : JSON.stringify(at);
        expect(line).toContain(shown);
        const named = last !== undefined && !/^\d+$/.test(last) ? JSON.stringify(last) : "";
        expect(line).toContain(named);
      }),
    );
  });
});

it("the parts of a field are read from each way of writing it", () => {
  expect(fieldParts('steps[0].input["a.b"].c')).toEqual(["steps", "0", "input", "a.b", "c"]);
  expect(fieldParts("/a~1b/~0")).toEqual(["a/b", "~"]);
});
