import { expect, test } from "vitest";
import type { Egress, EgressAnswer } from "../core/ports/egress.ts";
import type { OwnPurpose } from "../core/ports/outbound.ts";
import { createOwnWays } from "./own-egress.ts";

const answerOf = (body: string): EgressAnswer => ({
  kind: "answer",
  status: 200,
  headers: [],
  body: Buffer.from(body),
  url: "",
});

function ways(answer: (url: string) => EgressAnswer = () => answerOf("{}")) {
  const sent: string[] = [];
  const reported: string[] = [];
  const egress: Egress = {
    request({ url }) {
      sent.push(url);
      return Promise.resolve(answer(url));
    },
    abortAll: () => undefined,
    inFlight: () => 0,
    close: () => Promise.resolve(),
  };
  const listed = [
    { host: "id.example", port: 443, purpose: "identity" },
    { host: "kms.example", port: 443, purpose: "key_service" },
  ] as const;
  const own = createOwnWays(egress, listed, (host, port, purpose) => void reported.push(`${host}:${port} ${purpose}`));
  const get = (purpose: OwnPurpose, url: string) =>
    own.way(purpose).request({
      method: "GET",
      url,
      headers: [],
      body: null,
      timeoutMs: 1000,
      responseBytesMax: 1000,
      redirectsMax: 0,
      hosts: null,
      secretHeaders: [],
      signal: new AbortController().signal,
    });
  return { own, get, sent, reported };
}

test("what the settings name is reached", async () => {
  const { get, sent, reported } = ways();
  expect(await get("key_service", "https://KMS.example/x")).toMatchObject({ kind: "answer" });
  expect([sent, reported]).toEqual([["https://KMS.example/x"], []]);
});

test.for([
  ["another host", "key_service", "https://elsewhere.example/"],
  ["the same host at another port", "key_service", "https://kms.example:8443/"],
  ["a host that is listed for something else", "key_service", "https://id.example/"],
  ["a host below a listed one", "identity", "https://x.id.example/"],
  ["a host that only begins like one", "identity", "https://id.example.evil.example/"],
] as const)("%s is refused before anything is sent, and reported", async ([, purpose, url]) => {
  const { get, sent, reported } = ways();
  expect(await get(purpose, url)).toMatchObject({ kind: "refused", code: "host_not_allowed" });
  expect(sent).toEqual([]);
  expect(reported).toEqual([expect.stringMatching(new RegExp(`:\\d+ ${purpose}$`))]);
});

test("an address that is none is refused as what it is", async () => {
  const { get, reported } = ways();
  expect(await get("identity", "https://id.example@evil.example/")).toMatchObject({
    kind: "refused",
    code: "url_invalid",
  });
  expect(reported).toEqual([]);
});

const DISCOVERY = "https://id.example/.well-known/openid-configuration";
const NAMED = JSON.stringify({
  issuer: "https://id.example",
  token_endpoint: "https://tokens.example/token",
  jwks_uri: "https://keys.example:8443/jwks",
  service_documentation: "https://docs.example/",
});

test("what a sign-in provider's own document names is reached, and listed, for that alone", async () => {
  const { own, get, reported } = ways(() => answerOf(NAMED));
  expect(await get("identity", "https://tokens.example/token")).toMatchObject({ kind: "refused" });
  await get("identity", DISCOVERY);
  expect(await get("identity", "https://tokens.example/token")).toMatchObject({ kind: "answer" });
  expect(await get("identity", "https://keys.example:8443/jwks")).toMatchObject({ kind: "answer" });
  expect(own.listed().map(({ host, purpose }) => `${host} ${purpose}`)).toEqual([
    "id.example identity",
    "kms.example key_service",
    "tokens.example identity",
    "keys.example identity",
  ]);
  for (const url of ["https://docs.example/", "https://keys.example/jwks"])
    expect(await get("identity", url)).toMatchObject({ kind: "refused" });
  expect(await get("key_service", "https://tokens.example/token")).toMatchObject({ kind: "refused" });
  expect(reported.length).toBe(4);
});

test.for([
  ["another page of the provider", "https://id.example/page", NAMED],
  ["a document that is no JSON", DISCOVERY, "<html>"],
  ["a list", DISCOVERY, "[]"],
  ["addresses that are none", DISCOVERY, JSON.stringify({ token_endpoint: 1, jwks_uri: "javascript:x" })],
])("%s names nobody", async ([, url, body]) => {
  const { own, get } = ways(() => answerOf(body!));
  await get("identity", url!);
  expect(own.listed().length).toBe(2);
});
