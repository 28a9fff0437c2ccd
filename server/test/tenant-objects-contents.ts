/** What a project holds: files, tables, flows with their runs. */
import type { AddressInfo } from "node:net";
import { askStep } from "./tenant-objects-bounds.ts";
import { eventually } from "./steward-home.ts";
import type { Making } from "./tenant-objects-making.ts";

/** Two alike, one with versions, one deleted. */
export async function makeFiles({ call, things, letter, mark }: Making): Promise<void> {
  const put = async (path: string, content: string): Promise<string> => {
    const bytes = { "content-type": "application/octet-stream" };
    const answer = await call("PUT", `/v1/files/content?path=${encodeURIComponent(path)}`, content, bytes);
    if (answer.status >= 300) throw new Error(`${path}: ${answer.text}`);
    return String(answer.json()["id"]);
  };
  await put("shared/both.txt", `both ${mark}`);
  for (const n of [1, 2]) {
    const path = `only-${letter}${n}/note.txt`;
    const file = await put(path, `content ${mark}`);
    // Of version 2 there is nothing in a's files, so that b's is told apart by its number too.
    if (letter === "b") await put(path, `content, changed ${mark}`);
    things.file.push(file);
    things.filePath.push(path);
    things.folder.unshift(`only-${letter}${n}`); // so that the first file is not in the first folder
  }
  const gone = await put(`gone-${letter}/note.txt`, `content ${mark}`);
  await call("DELETE", `/v1/files/${gone}`);
  things.file.push(gone);
  things.fileVersion.push("2");
}

/** Two tables alike, with rows. */
export async function makeTables({ made, things, letter, mark }: Making): Promise<void> {
  await made("POST", "/v1/tables", { name: "shared", columns: [{ name: "title", type: "text" }] });
  for (const n of [1, 2]) {
    const name = `only_${letter}${n}`;
    const columns = [
      { name: "title", type: "text" },
      { name: `col_${letter}`, type: "text" },
    ];
    const table = String((await made("POST", "/v1/tables", { name, columns }))["id"]);
    const rows = [1, 2, 3].map((at) => ({ title: `row ${at} ${mark}`, [`col_${letter}`]: mark }));
    const { items } = (await made("POST", `/v1/tables/${table}/rows`, { rows })) as { items: { id: string }[] };
    things.table.push(table);
    things.tableName.push(name);
    things.row.push(...items.slice(0, 2).map((row) => row.id));
  }
  things.column.push(`col_${letter}`);
}

/** A webhook, and an event that nobody may ask for. */
function triggersOf(letter: string): readonly object[] {
  const event = { kind: "event", event: "gmail.new_mail", connection: `mail-${letter}` };
  return [
    { id: "in", kind: "webhook" },
    { ...event, id: "sample" },
  ];
}

/** Agents that nobody granted anything; one of them is deleted. */
export async function makeAgents({
  made,
  things,
  letter,
  mark,
}: Pick<Making, "made" | "things" | "letter" | "mark">): Promise<void> {
  const agents = [`agent-${letter}1`, `agent-${letter}2`, `agent-gone-${letter}`];
  for (const slug of agents) {
    const file = { format: 1, kind: "agent", name: `Agent ${mark}`, model: { connection: "shared", model: "sample" } };
    await made("PUT", `/v1/agents/${slug}`, file);
    await made("POST", `/v1/agents/${slug}/publish`);
    await made("PUT", `/v1/agents/${slug}`, { ...file, instructions: mark });
    if (letter === "b") await made("POST", `/v1/agents/${slug}/publish`);
  }
  await made("DELETE", `/v1/agents/agent-gone-${letter}`);
  things.agent.push(...agents);
}

/** Flows, published, drafted and deleted; their variables and credentials; a run in each state that stays. */
export async function makeFlows({ made, call, things, hangsUp, letter, mark }: Making): Promise<string> {
  const { port } = hangsUp.address() as AddressInfo;
  const set = { id: "out", kind: "set", input: { mark, seen: "{{ vars.shared }}" } };
  const waits = [{ id: "hold", kind: "wait", input: { event: "go" }, next: ["out"] }, set];
  const isMarked = "{{ trigger.body !== null }}";
  const marked = {
    id: "marked",
    kind: "branch",
    input: { cases: [{ port: "yes", when: isMarked }] },
    next: { yes: ["ask"] },
  };
  const flows: readonly (readonly [slug: string, steps: readonly object[]])[] = [
    ["shared", waits],
    [`only-${letter}1`, [...waits, marked, askStep(mark)]],
    [`only-${letter}2`, [...waits, marked, askStep(mark)]],
    [`gone-${letter}`, waits],
    ["quick", [set]],
    ["fails", [{ id: "fail", kind: "fail", input: { message: mark } }]],
    ["doubt", [{ id: "call", kind: "http", input: { method: "POST", url: `http://127.0.0.1:${port}/`, body: mark } }]],
  ];
  for (const name of ["shared", `only_${letter}`]) await made("PUT", `/v1/variables/${name}`, { value: mark });
  things.variable.push(`only_${letter}`);
  for (const slug of ["shared", `only-${letter}`])
    await made("PUT", `/v1/credentials/${slug}`, { kind: "bearer", secret: mark, hosts: ["127.0.0.1"] });
  things.credential.push(`only-${letter}`);
  let webhook = "";
  for (const [slug, steps] of flows) {
    const file = { format: 1, name: `Flow ${mark}`, triggers: triggersOf(letter), steps };
    await made("PUT", `/v1/flows/${slug}`, file);
    const published = (await made("POST", `/v1/flows/${slug}/publish`)) as { webhooks: { url: string }[] };
    if (slug === "shared") webhook = published.webhooks[0]!.url;
    // Of version 2 there is none in a.
    if (letter === "b") {
      await made("PUT", `/v1/flows/${slug}`, { ...file, description: mark });
      await made("POST", `/v1/flows/${slug}/publish`);
    }
    await made("PUT", `/v1/flows/${slug}`, { ...file, description: `draft ${mark}` });
  }
  things.flowVersion.push("2");
  const start = async (slug: string): Promise<string> =>
    String((await made("POST", `/v1/flows/${slug}/runs`, { input: { mark } }))["id"]);
  const runs: readonly (readonly [slug: string, status: string])[] = [
    [`only-${letter}1`, "waiting"],
    [`only-${letter}2`, "waiting"],
    ["doubt", "in_doubt"],
    ["quick", "completed"],
    ["fails", "failed"],
    ["shared", "cancelled"],
  ];
  for (const [slug, status] of runs) {
    const run = await start(slug);
    const now = async (): Promise<string> => String((await call("GET", `/v1/runs/${run}`)).json()["status"]);
    if (status === "cancelled") await made("POST", `/v1/runs/${run}/cancel`, {});
    await eventually(`${slug} is ${status}`, 10_000, async () => ((await now()) === status ? true : null));
    things.run.push(run);
  }
  await made("DELETE", `/v1/flows/gone-${letter}`);
  await made("PUT", `/v1/flows/draft-${letter}`, { format: 1, name: `Draft ${mark}`, steps: waits });
  things.flow.push(`only-${letter}1`, `only-${letter}2`, `gone-${letter}`, `draft-${letter}`);
  return webhook;
}
