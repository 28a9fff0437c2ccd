import type { Example } from "@steward/sdk";
import { expect, test } from "vitest";
import { inOrderOfNeed } from "./example-order.ts";

const example = (slug: string, input: Example["file"]): Example => ({
  slug,
  name: slug,
  description: "",
  file: { steps: [{ id: "one", kind: "http", input }] },
});

test("examples that need a variable or a credential come after those that run as they are", () => {
  const listed = [
    example("bulk", { url: "{{ vars.sinkUrl }}/items" }),
    example("hello", { text: "Hello, world" }),
    example("push", { credential: "github" }),
    example("plain", {}),
  ];
  expect(inOrderOfNeed(listed).map(({ slug }) => slug)).toEqual(["hello", "plain", "bulk", "push"]);
});
