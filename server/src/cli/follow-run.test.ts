import { type Client, createClient, ProblemError } from "@steward/sdk";
import { expect, test } from "vitest";
import type { Cli } from "./cli.ts";
import { followRun } from "./follow-run.ts";

const RUN = "run_00000000000000000000000000";
const AT = "2026-11-21T10:00:00.000Z";
const facts = { id: RUN, flow: "order", version: 1, trigger: "manual", input: null, output: null, error: null };
const times = { retryOf: null, parent: null, createdAt: AT, startedAt: AT, endedAt: null };
const usage = { steps: 1, effects: 0, bytes: 1 };

function sent(seq: number, status: "running" | "completed"): string {
  return `id: ${seq}\nevent: run\ndata: ${JSON.stringify({ type: "run", run: { ...facts, ...times, usage, status } })}\n\n`;
}

/** A client of a server that answers one after the other: a text is a stream that then ends, a status a refusal, null none. */
function clientOf(...answers: readonly (string | number | null)[]): Client {
  const rest = [...answers];
  return createClient({
    baseUrl: "http://steward.test",
    eventLimits: { attemptsMax: 1 },
    fetch: async (url) => {
      if (!url.endsWith("/events")) return Response.json({ ...facts, ...times, usage, status: "running" });
      const answer = rest.shift() ?? null;
      if (answer === null) throw new TypeError("fetch failed");
      if (typeof answer === "number") return Response.json({ code: "not_found", detail: "no run" }, { status: answer });
      return new Response(answer, { headers: { "content-type": "text/event-stream" } });
    },
  });
}

function cliOf(): { readonly cli: Cli; readonly said: string[] } {
  const said: string[] = [];
  const cli = { env: {}, options: () => ({}), terminal: { err: (line: string) => said.push(line) } };
  return { cli: cli as unknown as Cli, said };
}

async function statuses(cli: Cli, client: Client): Promise<string[]> {
  const seen: string[] = [];
  const { signal } = new AbortController();
  for await (const event of followRun(cli, client, RUN, signal, 0))
    if (event.type === "run") seen.push(event.run.status);
  return seen;
}

test("a connection that is lost is made again, told of once, and nothing comes twice", async () => {
  const { cli, said } = cliOf();
  const client = clientOf(sent(1, "running"), sent(1, "running") + sent(2, "completed"));
  expect(await statuses(cli, client)).toEqual(["running", "completed"]);
  expect(said).toEqual(["connection lost, trying again", "back"]);
});

test("a refusal that will stay ends it", async () => {
  const { cli, said } = cliOf();
  await expect(statuses(cli, clientOf(404))).rejects.toThrow(ProblemError);
  expect(said).toEqual([]);
});
