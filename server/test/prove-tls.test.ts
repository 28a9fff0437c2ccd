/** The proof on an installation that speaks TLS by itself and is of one region. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:tls";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Proof } from "@steward/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSelfCaller } from "../src/adapters/call-self/call-self.ts";
import { tryHandshake } from "../src/adapters/call-self/try-handshake.ts";
import type { ProveParts } from "../src/prove/check.ts";
import { transport } from "../src/prove/checks/b6-transport.ts";
import { selfSigned } from "./self-signed.ts";
import { startSteward, type TestSteward } from "./start-steward.ts";

let folder: string;
let steward: TestSteward;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "steward-prove-tls-"));
  const [cert, key] = [path.join(folder, "cert.pem"), path.join(folder, "key.pem")];
  const made = selfSigned();
  writeFileSync(cert, made.cert);
  writeFileSync(key, made.key);
  steward = await startSteward({ STEWARD_TLS_CERT: cert, STEWARD_TLS_KEY: key, STEWARD_REGIONS: "eu" });
});
afterAll(async () => {
  await steward?.close();
  rmSync(folder, { recursive: true, force: true });
});

test("behind its own TLS every promise is kept that applies, with cookies for this host alone", async () => {
  const caller = createSelfCaller(() => steward.address);
  const answer = await caller.call({
    method: "POST",
    path: "/v1/installation/prove",
    headers: { authorization: `Bearer ${steward.key}`, "content-type": "application/json" },
    body: "{}",
  });
  await caller.close();
  const proof = Proof.parse(JSON.parse(answer.text));
  expect(proof.promises.filter(({ state }) => state === "broken")).toEqual([]);
  const evidenceOf = (wanted: string) => proof.promises.find(({ id }) => id === wanted)!.evidence.join("\n");
  expect(evidenceOf("B6")).toContain("TLSv1.3 spoken, the older ones refused");
  expect(evidenceOf("B7")).toContain("all data of this installation is in eu");
  expect(evidenceOf("A10")).toContain("__Host-steward.session_token");
  const others = proof.promises.filter(({ state }) => state === "not_applicable").map(({ id }) => id);
  expect(others).toEqual(["A2", "A9", "B2"]);
}, 60_000);

test("a listener that speaks older versions than are set breaks the promise of transport", async () => {
  const lax = await laxServer();
  const address = `https://127.0.0.1:${(lax.address() as AddressInfo).port}`;
  const facts = { tlsMin: "TLSv1.3", host: "0.0.0.0", proxies: 0, publicUrl: address } as ProveParts["facts"];
  const parts = { facts, handshake: (version) => tryHandshake(address, version) } as ProveParts;
  expect(await transport.run(parts)).toEqual({
    state: "broken",
    evidence: ["TLSv1.1", "TLSv1.2"].map((version) => `${version} is spoken, and TLSv1.3 or newer is set`),
  });
  lax.close();
});

async function laxServer(): Promise<Server> {
  const server = createServer({ ...selfSigned(), minVersion: "TLSv1", ciphers: "DEFAULT:@SECLEVEL=0" });
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return server;
}
