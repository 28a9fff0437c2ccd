/** Connections by a key, to a service of the test's own, and receipts of some that are over. */
import type { AddressInfo } from "node:net";
import { type Making, must } from "./tenant-objects-making.ts";

export async function makeConnections({ made, call, things, hangsUp, letter, mark }: Making): Promise<void> {
  const { port } = hangsUp.address() as AddressInfo;
  const make = (slug: string) =>
    made("POST", "/v1/connections", {
      connector: "openai_compatible",
      slug,
      address: `http://127.0.0.1:${port}/v1`,
      secret: { apiKey: `key of ${slug}` },
    });
  await make(`keyed-${letter}`);
  things.keyedConnection.push(`keyed-${letter}`);
  for (const n of [1, 2]) {
    await make(`over-${letter}${n}`);
    things.receipt.push(String((await made("DELETE", `/v1/connections/over-${letter}${n}`))["id"]));
  }
  for (const connector of [`shop_${letter}`, `other_${letter}`]) {
    const bytes = { "content-type": "application/octet-stream" };
    await must(
      (method, target, body) => call(method, target, body, bytes),
      "POST",
      `/v1/connectors/imported/${connector}`,
      openapiOf(mark),
    );
    things.importedConnector.push(connector);
  }
  await made("PUT", "/v1/oauth-clients/gmail", { clientId: `client ${letter}`, clientSecret: "s" });
}

/** An OpenAPI document of a shop. */
export function openapiOf(mark: string): string {
  return JSON.stringify({
    openapi: "3.1.0",
    info: { title: `Shop ${mark}`, version: "1" },
    servers: [{ url: "https://api.shop.test" }],
    paths: { "/orders": { get: { operationId: "listOrders" }, trace: {} } },
  });
}
