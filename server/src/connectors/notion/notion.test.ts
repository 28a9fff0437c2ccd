/** Notion's connector against answers as its reference has them. */
import type { ConnectorAnswer, ConnectorCall } from "@steward/sdk";
import { expect, test } from "vitest";
import { answer, drive, inTurn, type Driven } from "../drive.testsuite.ts";
import { notion } from "./connector.ts";
import { list, notionAnswers, PAGE } from "./notion.testsuite.ts";

const ID = PAGE.id;

async function perform(name: string, input: object, ...answers: readonly ConnectorAnswer[]): Promise<Driven<unknown>> {
  const action = notion.actions[name]!;
  const driven = await drive(notion, action.perform(action.input.parse(input), "key"), inTurn(answers));
  expect(action.output.parse(driven.output)).toEqual(driven.output);
  return driven;
}

test("a page is made with its title by the title's id, whatever the property is called", async () => {
  const input = { page_id: ID, title: "Basket", markdown: "Holds six." };
  const { output, calls } = await perform("create_page", input, answer(PAGE));
  expect(calls).toEqual([
    {
      method: "POST",
      url: "/pages",
      body: {
        parent: { page_id: ID },
        properties: { title: { title: [{ type: "text", text: { content: "Basket" } }] } },
        markdown: "Holds six.",
      },
    },
  ]);
  expect(output).toMatchObject({ title: "Basket", in_trash: false });
});

test("only what is given of a page is changed, and binning one is another action", async () => {
  const properties = { Price: { number: 12 } };
  const { calls } = await perform("update_page", { page_id: ID, properties }, answer(PAGE));
  expect(calls).toEqual([{ method: "PATCH", url: `/pages/${ID}`, body: { properties } }]);
  for (const input of [{ page_id: ID }, { page_id: ID, properties, in_trash: true }])
    expect(notion.actions["update_page"]!.input.safeParse(input).success).toBe(false);
  const { output } = await perform("trash_page", { page_id: ID }, answer({ ...PAGE, in_trash: true }));
  expect(output).toMatchObject({ in_trash: true });
});

test("a database with one data source is queried by itself, one with several is refused", async () => {
  const [database] = notionAnswers["get_database"]!;
  const { calls } = await perform(
    "query_database",
    { database_id: ID, pages: 2 },
    database!,
    list([PAGE], "c1"),
    list([PAGE]),
  );
  expect(calls.map(({ method, url }: ConnectorCall) => `${method} ${url}`)).toEqual([
    `GET /databases/${ID}`,
    "POST /data_sources/1a44be12-0953-4631-b498-9e5817518db8/query",
    "POST /data_sources/1a44be12-0953-4631-b498-9e5817518db8/query",
  ]);
  expect(calls[2]?.body).toEqual({ page_size: 50, start_cursor: "c1" });
  const several = {
    ...(database!.body as object),
    data_sources: [
      { id: "a", name: "A" },
      { id: "b", name: "B" },
    ],
  };
  await expect(perform("query_database", { database_id: ID }, answer(several))).rejects.toThrow("2 data sources");
});

test("blocks are read with their words, and text is appended a paragraph a line, cut as Notion takes it", async () => {
  const { output } = await perform("list_blocks", { block_id: ID }, notionAnswers["list_blocks"]![0]!);
  expect(output).toMatchObject({
    blocks: [
      { type: "paragraph", text: "Holds six." },
      { type: "divider", text: "", content: {} },
    ],
  });
  const text = `${"🧺".repeat(1500)}\nsecond`;
  const { calls } = await perform("append_blocks", { block_id: ID, text, after: ID }, list([]));
  const body = calls[0]?.body as {
    children: { paragraph: { rich_text: { text: { content: string } }[] } }[];
    position: unknown;
  };
  expect(body.position).toEqual({ type: "after_block", after_block: { id: ID } });
  const pieces = body.children.map(({ paragraph }) => paragraph.rich_text.map((each) => each.text.content));
  expect(pieces.map((each) => each.length)).toEqual([2, 1]);
  expect(pieces.flat().every((piece) => piece.length <= 2000 && piece.isWellFormed())).toBe(true);
  expect(pieces.map((each) => each.join("")).join("\n")).toBe(text);
});

const trigger = notion.triggers["page_changed"]!;
const at = (id: string, minute: string) => ({ ...PAGE, id, last_edited_time: `2026-11-02T09:${minute}:00.000Z` });
const poll = async (cursor: unknown, ...answers: readonly ConnectorAnswer[]) => {
  if (trigger.kind !== "poll") throw new Error("no poll");
  return await drive(notion, trigger.poll({ data_source_id: ID }, cursor as never), inTurn(answers));
};
const keys = (driven: Awaited<ReturnType<typeof poll>>) =>
  driven.output.events.map(({ key }) => key.replace(/T09:(\d\d).*/, " $1").replace("@2026-11-02", ""));

test("a change starts one run, though the last minute is read again each time", async () => {
  const first = await poll(null, list([at("b", "31"), at("a", "31"), at("z", "10")], "more"));
  expect(first.output.events).toEqual([]);
  const second = await poll(first.output.cursor, list([at("a", "31"), at("b", "31"), at("c", "31")]));
  expect(second.calls[0]?.body).toMatchObject({
    filter: { timestamp: "last_edited_time", last_edited_time: { on_or_after: "2026-11-02T09:31:00.000Z" } },
    sorts: [{ timestamp: "last_edited_time", direction: "ascending" }],
  });
  expect(keys(second)).toEqual(["c 31"]);
  const third = await poll(second.output.cursor, list([at("c", "31"), at("b", "31"), at("a", "32")], "p2"));
  expect(keys(third)).toEqual(["a 32"]);
  expect(third.output.more).toBe(true);
  const fourth = await poll(third.output.cursor, list([at("b", "33")]));
  expect(fourth.calls[0]?.body).toMatchObject({ start_cursor: "p2" });
  expect(keys(fourth)).toEqual(["b 33"]);
  const fifth = await poll(fourth.output.cursor, list([at("b", "33")]));
  expect(fifth.output).toMatchObject({ events: [], more: false, cursor: { since: "2026-11-02T09:33:00.000Z" } });
});

test("what was imported in one minute before starts nothing, and what comes into an empty data source does", async () => {
  const many = (from: number) => Array.from({ length: 100 }, (_, n) => at(`p${from + n}`, "31"));
  const first = await poll(null, list(many(0), "1"), list(many(100), "2"), list([at("old", "01")], "3"));
  const next = await poll(first.output.cursor, list([...many(0), ...many(100)].slice(0, 100), "4"));
  expect(next.output.events).toEqual([]);
  const empty = await poll(null, list([]));
  const filled = await poll(empty.output.cursor, list([at("a", "31")]));
  expect(filled.calls[0]?.body).not.toHaveProperty("filter");
  expect(keys(filled)).toEqual(["a 31"]);
});

test("what Notion refuses is told with its code", () => {
  const refused = (status: number, code: string) =>
    notion.failure(answer({ object: "error", status, code, message: "No." }, status));
  expect(refused(401, "unauthorized")).toEqual({ kind: "reauth_required", message: "No. (unauthorized)" });
  expect(refused(403, "restricted_resource")?.kind).toBe("not_available");
  expect(refused(404, "object_not_found")?.kind).toBe("not_found");
  expect(refused(400, "validation_error")?.kind).toBe("rejected");
  expect(refused(529, "service_overload")?.kind).toBe("unavailable");
});
