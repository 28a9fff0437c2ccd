/** Connections that prove themselves without consent: by clients, keys that sign, certificates, keys in places of one's own. */
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { decodeProtectedHeader, jwtVerify } from "jose";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type TestHttp, testHttp, type TestPerson } from "../../test/http-server.ts";
import { selfSigned } from "../../test/self-signed.ts";
import { gmail } from "../connectors/gmail/connector.ts";
import { http as httpConnector } from "../connectors/http/connector.ts";
import { placeConnector } from "../core/connectors/place-connector.ts";
import { CLIENT, SIGNER, strictProvider, type StrictProvider } from "./strict-provider.testsuite.ts";

const account = generateKeyPairSync("rsa", { modulusLength: 2048 });
const KEY_FILE = {
  type: "service_account",
  client_email: "robot@shop.iam.gserviceaccount.com",
  private_key: account.privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
  private_key_id: "k1",
  token_uri: "https://evil.example/token",
};

let provider: StrictProvider;
let http: TestHttp;
let ann: TestPerson;
/** Assertions that Google's stand-in was shown. */
const shown: URLSearchParams[] = [];
let refuse = false;
const google = createServer((request, response) => {
  let text = "";
  request.on("data", (piece) => (text += String(piece)));
  request.on("end", () => {
    shown.push(new URLSearchParams(text));
    response.writeHead(refuse ? 400 : 200, { "content-type": "application/json" });
    response.end(
      JSON.stringify(
        refuse ? { error: "invalid_grant" } : { access_token: "ya29.a", expires_in: 3600, token_type: "Bearer" },
      ),
    );
  });
});
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  await new Promise<void>((resolve) => void google.listen(0, "127.0.0.1", resolve));
  const at = `http://127.0.0.1:${(google.address() as AddressInfo).port}`;
  const hosts = { "oauth2.googleapis.com": at, "www.googleapis.com": at };
  provider = await strictProvider();
  http = await testHttp({
    connections: { connectors: [httpConnector, placeConnector(gmail, { base: at, hosts })], clients: { box: CLIENT } },
  });
  ann = await http.signIn();
}, 60_000);
afterAll(async () => {
  await http.close();
  await provider.close();
  google.close();
});
afterEach(() => {
  refuse = false;
  for (const close of closing.splice(0)) close();
});

async function connect(slug: string, secret: object, more: object = {}) {
  const body = { connector: "http", slug, address: provider.issuer, secret, ...more };
  return await ann.call("POST", "/v1/connections", { body });
}

/** What the calls of an effect would carry. */
async function sent(slug: string) {
  const { rows } = await http.db.admin.query<{ organization: string; project: string; id: string }>({
    text: "select organization, project, id from steward.connections where slug = $1",
    values: [slug],
  });
  const secret = await http.connections.fresh.freshSecret(rows[0]!, { signal: new AbortController().signal });
  if (secret.kind !== "ready") throw new Error(secret.message);
  return secret;
}

const tested = async (slug: string) => (await ann.call("POST", `/v1/connections/${slug}/test`)).json();

test("a client's id and secret ask for tokens where the connection says", async () => {
  const secret = {
    clientId: "machine",
    clientSecret: "machine-secret",
    tokenUrl: `${provider.issuer}/token`,
    scopes: ["box.read"],
  };
  const made = await connect("machine", secret);
  expect([made.status, made.json()["connection"]]).toMatchObject([
    201,
    { status: "active", authentication: "client_credentials", scopes: [{ scope: "box.read" }] },
  ]);
  expect((await sent("machine")).header?.value).toMatch(/^Bearer \S{10}/);
  const wrong = await connect("wrong", { ...secret, clientSecret: "another" });
  expect([wrong.status, wrong.json()["reason"]]).toEqual([422, "oauth_client_refused"]);
});

test("a client proves itself by what its key signs", async () => {
  const secret = {
    clientId: SIGNER.clientId,
    privateKey: SIGNER.privateKey,
    keyId: "s1",
    tokenUrl: `${provider.issuer}/token`,
  };
  const made = await connect("signer", secret);
  expect([made.status, made.text]).toEqual([201, expect.anything()]);
  expect(made.json()["connection"]).toMatchObject({ status: "active", account: "signer" });
  expect((await sent("signer")).header?.value).toMatch(/^Bearer /);
  expect(await tested("signer")).toMatchObject({ ok: true, message: expect.stringContaining("takes its key") });
  const another = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({
    format: "pem",
    type: "pkcs8",
  });
  const wrong = await connect("other-signer", { ...secret, privateKey: another.toString() });
  expect([wrong.status, wrong.json()["reason"]]).toEqual([422, "oauth_client_refused"]);
});

test("a service account signs for whom it acts, at the provider's address and no other that its file names", async () => {
  const secret = { serviceAccount: JSON.stringify(KEY_FILE), subject: "ann@shop.example" };
  const made = await connect("robot", secret, { connector: "gmail", address: undefined, actions: ["gmail.send"] });
  expect([made.status, made.text]).toEqual([201, expect.anything()]);
  expect(made.json()["connection"]).toMatchObject({
    authentication: "service_account",
    account: "ann@shop.example (by robot@shop.iam.gserviceaccount.com)",
    scopes: [{ scope: "https://www.googleapis.com/auth/gmail.send" }],
    expiresAt: expect.any(String),
  });
  const asked = shown.at(-1)!;
  expect(asked.get("grant_type")).toBe("urn:ietf:params:oauth:grant-type:jwt-bearer");
  const assertion = asked.get("assertion") ?? "";
  expect(decodeProtectedHeader(assertion)).toEqual({ alg: "RS256", typ: "JWT", kid: "k1" });
  const { payload } = await jwtVerify(assertion, account.publicKey, { currentDate: new Date(http.clock.nowMs()) });
  expect(payload).toMatchObject({
    iss: KEY_FILE.client_email,
    sub: "ann@shop.example",
    aud: `http://127.0.0.1:${(google.address() as AddressInfo).port}/token`,
    scope: "https://www.googleapis.com/auth/gmail.send",
  });
  expect(payload.exp! - payload.iat!).toBe(300);
  expect((await sent("robot")).header?.value).toBe("Bearer ya29.a");
  expect(await tested("robot")).toMatchObject({ ok: true });
  refuse = true;
  expect(await tested("robot")).toMatchObject({ ok: false, code: "reauth_required" });
});

test("a certificate is shown to the connection's address, which has to show one of the authority named", async () => {
  const [mine, theirs] = [selfSigned("client.test"), selfSigned("sink.test")];
  const peers: string[] = [];
  const server = https.createServer(
    { ...theirs, requestCert: true, rejectUnauthorized: true, ca: mine.cert },
    (request, response) => {
      peers.push((request.socket as TLSSocket).getPeerCertificate().subject.CN?.toString() ?? "");
      response.end("hello");
    },
  );
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  closing.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const secret = { certificate: mine.cert, privateKey: mine.key, authority: theirs.cert };
  expect((await connect("mutual", secret, { address })).status).toBe(201);
  expect(peers).toEqual(["client.test"]);
  expect(await tested("mutual")).toMatchObject({ ok: true, message: expect.stringContaining("answers 200") });

  const { key, cert } = selfSigned("client.test");
  await connect("stranger", { certificate: cert, privateKey: key, authority: theirs.cert }, { address });
  expect(await tested("stranger")).toMatchObject({ ok: false });
  await connect("trusting", { certificate: mine.cert, privateKey: mine.key }, { address });
  expect(await tested("trusting")).toMatchObject({ ok: false });
  expect(peers).toHaveLength(2);
  const plain = await connect("plain", secret, { address: provider.issuer });
  expect(plain.status).toBe(201);
  expect(await tested("plain")).toMatchObject({ ok: false, message: expect.stringContaining("https") });
});

test("a key goes where the connection says, with connectors that leave it open", async () => {
  await connect("bearer", { apiKey: "k-1" });
  await connect("header", { apiKey: "k-2", header: "X-Api-Key" });
  await connect("query", { apiKey: "k-3", query: "key" });
  expect((await sent("bearer")).header).toEqual({ name: "authorization", value: "Bearer k-1" });
  expect((await sent("header")).header).toEqual({ name: "x-api-key", value: "k-2" });
  expect(await sent("query")).toMatchObject({ header: null, query: { name: "key", value: "k-3" } });
});

const mine = selfSigned("client.test");
test.each<[string, object, string, object?]>([
  ["no place for tokens", { clientId: "a", clientSecret: "b" }, "secret.tokenUrl"],
  [
    "a place for tokens that everybody can listen at",
    { clientId: "a", clientSecret: "b", tokenUrl: "http://t.example/" },
    "secret.tokenUrl",
  ],
  [
    "a place for tokens that the connector says itself",
    { serviceAccount: JSON.stringify(KEY_FILE), tokenUrl: "https://evil.example/" },
    "secret.tokenUrl",
    { connector: "gmail", address: undefined },
  ],
  ["a key of another certificate", { certificate: mine.cert, privateKey: selfSigned("x").key }, "secret.privateKey"],
  [
    "a certificate that is none",
    { certificate: "-----BEGIN X-----\nAA\n-----END X-----", privateKey: mine.key },
    "secret.certificate",
  ],
  [
    "a key that is none",
    { clientId: "a", privateKey: "-----BEGIN X-----\nAA\n-----END X-----", tokenUrl: "https://t.example/" },
    "secret.privateKey",
  ],
  [
    "a key that does not sign so",
    { clientId: "a", privateKey: mine.key, algorithm: "RS256", tokenUrl: "https://t.example/" },
    "secret.algorithm",
  ],
  ["a key file that is none", { serviceAccount: "{}", tokenUrl: "https://t.example/" }, "secret.serviceAccount"],
  ["two places for a key", { apiKey: "k", header: "X-A", query: "a" }, "secret.query"],
  ["a place of its own for Google's", { apiKey: "k" }, "secret", { connector: "gmail", address: undefined }],
])("%s is refused, and nothing of it repeated", async (_what, secret, field, more = {}) => {
  const answer = await connect("refused", secret, more);
  expect([answer.status, answer.json()["field"]]).toEqual([422, field]);
  for (const value of Object.values(secret)) if (String(value).length > 20) expect(answer.text).not.toContain(value);
});
