import { expect, test } from "vitest";
import type { Egress, EgressAnswer, EgressRequest } from "../core/ports/egress.ts";
import { fetchDocument } from "./fetch-document.ts";

function outside(answer: EgressAnswer) {
  const asked: EgressRequest[] = [];
  const noted: string[] = [];
  const egress: Pick<Egress, "request"> = {
    request: (request) => {
      asked.push(request);
      return Promise.resolve(answer);
    },
  };
  const parts = {
    egress: { ...egress, abortAll() {}, inFlight: () => 0, close: async () => {} },
    note: (host: string, port: number, purpose: string) => void noted.push(`${host}:${port} ${purpose}`),
  };
  return { asked, noted, fetch: (url: string) => fetchDocument(parts, url, { project: "p", bytesMax: 100 }) };
}

const ok = (body: string): EgressAnswer => ({
  kind: "answer",
  status: 200,
  headers: [],
  body: Buffer.from(body),
  url: "https://shop.example/openapi.json",
});

test("a document is asked for once, bounded, through the one way out, and noted in its ledger", async () => {
  const it = outside(ok("openapi: 3.1.0"));
  expect(Buffer.from(await it.fetch("https://shop.example/openapi.json")).toString()).toBe("openapi: 3.1.0");
  expect(it.asked).toMatchObject([
    { method: "GET", responseBytesMax: 100, body: null, secretHeaders: [], partition: "p" },
  ]);
  expect(it.noted).toEqual(["shop.example:443 connection"]);
});

test("what the guard refuses, what is too large and what is no document is told by its field", async () => {
  const answers: EgressAnswer[] = [
    { kind: "refused", code: "address_forbidden", message: "10.0.0.1 is not on the public internet" },
    { kind: "too_large", status: 200, bytes: 5000, message: "it is larger than 100 bytes" },
    { kind: "unknown", code: "timeout", message: "no complete answer came in time" },
    { ...ok(""), status: 404 } as EgressAnswer,
  ];
  for (const answer of answers)
    await expect(outside(answer).fetch("https://shop.example/x")).rejects.toMatchObject({
      code: "value_invalid",
      details: { field: "address" },
    });
});
