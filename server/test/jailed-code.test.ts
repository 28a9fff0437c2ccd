/** The whole Steward: code in Python and Node, without a network and with hosts, and a cancel while it talks to one. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HAS_JAIL } from "../src/adapters/jail/jail.testsuite.ts";
import type { AuditEntry } from "../src/core/audit-entry.ts";
import { startWhole, type WholeSteward } from "./tenant-objects-server.ts";

describe.skipIf(!HAS_JAIL)("code in the jail", () => {
  let steward: WholeSteward;
  let hanging = 0;
  const provider = createServer((request, response) => {
    if (request.url === "/hang") {
      hanging++;
      response.on("close", () => hanging--);
    } else response.end("pong");
  });
  const host = (): string => `127.0.0.1:${(provider.address() as AddressInfo).port}`;
  beforeAll(async () => {
    await new Promise<void>((done) => void provider.listen(0, "127.0.0.1", done));
    steward = await startWhole({ STEWARD_EGRESS_ALLOW: "127.0.0.1" });
  }, 60_000);
  afterAll(async () => {
    provider.closeAllConnections();
    provider.close();
    await steward.close();
  });

  async function made<T = Record<string, unknown>>(method: string, target: string, body?: unknown): Promise<T> {
    const headers = { authorization: `Bearer ${steward.key}` };
    const answer = await steward.call(method, target, { headers, ...(body === undefined ? {} : { body }) });
    if (answer.status >= 300) throw new Error(`${method} ${target}: ${answer.status} ${answer.text}`);
    return (answer.text === "" ? {} : answer.json()) as T;
  }
  async function publish(slug: string, steps: readonly object[]): Promise<void> {
    await made("PUT", `/v1/flows/${slug}`, { format: 1, name: slug, steps });
    await made("POST", `/v1/flows/${slug}/publish`);
  }
  const run = (slug: string, wait: number) => made("POST", `/v1/flows/${slug}/runs`, { input: { n: 2 }, wait });
  const fetching = (path: string): string =>
    `export default async (): Promise<string> => await (await fetch("http://${host()}${path}")).text()`;

  test("python and node take the step's argument and give its output", async () => {
    const python = "def main(input):\n  return {'n': input['trigger']['body']['n'] * 10}";
    const node =
      "import { createHash } from 'node:crypto';\nexport default ({ steps }: { steps: any }) => ({ n: steps.a.n + 1, hash: createHash('sha256').update('x').digest('hex').length })";
    await publish("both", [
      { id: "a", kind: "code", input: { language: "python", source: python }, next: ["b"] },
      { id: "b", kind: "code", input: { language: "node", source: node } },
    ]);
    expect(await run("both", 20)).toMatchObject({ status: "completed", output: { n: 21, hash: 64 } });
  });

  test("without hosts nothing is reached, with them the audit says what was", async () => {
    await publish("closed", [{ id: "a", kind: "code", input: { language: "node", source: fetching("/") } }]);
    expect(await run("closed", 20)).toMatchObject({ status: "failed", error: { code: "code_threw" } });
    const input = { language: "node", source: fetching("/"), hosts: [host()] };
    await publish("open", [{ id: "a", kind: "code", input }]);
    expect(await run("open", 20)).toMatchObject({ status: "completed", output: "pong" });
    const { rows } = await steward.admin().query<{ entries: readonly AuditEntry[] }>({
      text: "select entries from steward.audit_batches order by recorded_at, chain, seq",
    });
    const effects = rows.flatMap(({ entries }) => entries).filter(({ action }) => action.startsWith("effect."));
    expect(effects).toMatchObject([
      { action: "effect.intent", facts: { effect: "code.run", hosts: host(), runtime: "node" } },
      { action: "effect.outcome", facts: { outcome: "done", open: 1, refused: 0, connections: `${host()} open` } },
    ]);
  });

  test("a cancel ends the code and its connections", async () => {
    const input = { language: "node", source: fetching("/hang"), hosts: [host()] };
    await publish("hangs", [{ id: "a", kind: "code", input }]);
    const { id } = await run("hangs", 0);
    await expect.poll(() => hanging, { timeout: 10_000 }).toBe(1);
    await made("POST", `/v1/runs/${String(id)}/cancel`);
    await expect.poll(() => hanging, { timeout: 5_000 }).toBe(0);
    await expect.poll(async () => (await made("GET", `/v1/runs/${String(id)}`))["status"]).toBe("cancelled");
  });
});
