import { FlowFile } from "@steward/sdk";
import { expect, test } from "vitest";
import { boxAt } from "../gate/box.testsuite.ts";
import { checkActions } from "./check-actions.ts";

const asked: string[] = [];
const connectors = {
  find: async (_place: unknown, id: string) => {
    asked.push(id);
    return id === "shop" ? boxAt({ url: "http://127.0.0.1/" }, { id: "shop" }) : null;
  },
  list: async () => [],
};
const SCOPE = { organization: "o", project: "p" };

async function problemsOf(...steps: readonly object[]): Promise<string[]> {
  const file = FlowFile.parse({ format: 1, name: "f", steps });
  return (await checkActions(connectors, SCOPE, file)).map(({ field, message }) => `${field}: ${message}`);
}
const step = (id: string, action: unknown, given: unknown = {}) => ({
  id,
  kind: "action",
  input: { action, connection: "work", arguments: given },
});

test("actions of connectors that the project has imported are looked up where no compiler knows them", async () => {
  expect(await problemsOf(step("a", "shop.write", { id: "1" }), { id: "b", kind: "set", input: {} })).toEqual([]);
  expect(await problemsOf(step("a", "shop.writ"))).toEqual([
    'steps[0].input.action: there is no action "writ" of shop: look it up in the catalogue',
  ]);
  expect(await problemsOf(step("a", "shop.constructor"))).toHaveLength(1);
  expect(await problemsOf(step("a", "shap.write"))).toEqual([
    'steps[0].input.action: there is no connector "shap": import it, or use one of the catalogue',
  ]);
});

test("literal arguments are held to the action's schema, also of nested steps, and expressions are left to the run", async () => {
  const nested = { id: "loop", kind: "each", input: { items: [1] }, steps: [step("a", "shop.write", { id: 7 })] };
  expect(await problemsOf({ id: "z", kind: "set", input: {} }, nested)).toEqual([
    expect.stringMatching(/^steps\[1\]\.steps\[0\]\.input\.arguments\.id: /),
  ]);
  expect(
    await problemsOf(step("a", "shop.write", { id: "{{ trigger.body.id }}", to: "{{ trigger.body.to }}" })),
  ).toEqual([]);
  expect(await problemsOf(step("a", "shop.write", { idd: "1" }))).toEqual([
    expect.stringMatching(/^steps\[0\]\.input\.arguments\.idd: there is no field "idd" here/),
  ]);
  expect(await problemsOf(step("a", "shop.write", "{{ trigger.body }}"))).toEqual([]);
});

test("what names no action is the compiler's, and each connector is looked up once", async () => {
  expect(await problemsOf(step("a", 7), step("b", "{{ trigger.a }}"), step("c", "shop"))).toEqual([]);
  asked.length = 0;
  await problemsOf(...Array.from({ length: 20 }, (_, at) => step(`s${at}`, "shop.write")));
  expect(asked).toEqual(["shop"]);
});
