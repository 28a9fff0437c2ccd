/** An invited person gets their account at the installation's provider: the certified `oidc-provider`, on the whole program, in Chromium. */
import { createServer } from "node:http";
import { existsSync } from "node:fs";
import type { AddressInfo } from "node:net";
import path from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Claims, closeAll, oidcCompany, type World } from "../src/adapters/identity/sign-on.testsuite.ts";
import { accessibilityFaults, noBrowser, openBrowser, openPage, sidewaysPx } from "./browser.ts";
import { startSteward, type TestSteward } from "./start-steward.ts";

const PAGE = path.resolve(import.meta.dirname, "../../web/dist/index.html");
const ADA = "ada@northwind.example";
const person: { now: Claims } = { now: { sub: "1", email: ADA, email_verified: true, name: "Ada Lovelace" } };

let steward: TestSteward;
let browser: Browser;
let invitation: string;

/** Where nothing listens yet: the provider has to know where Steward will be. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => void server.listen(0, "localhost", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

beforeAll(async () => {
  if (noBrowser !== null) return;
  if (!existsSync(PAGE)) throw new Error("the page is not built: npm test builds it first");
  const port = await freePort();
  const redirectUrl = `http://localhost:${port}/v1/auth/callback/oidc`;
  const client: { id: string; secret: string } = { id: "", secret: "" };
  const api: World["api"] = (_method, _path, body) => {
    const { clientId, clientSecret } = body as { clientId: string; clientSecret: string };
    Object.assign(client, { id: clientId, secret: clientSecret });
    return Promise.resolve({ status: 201, headers: {}, text: "", json: () => ({ id: "", redirectUrl }) });
  };
  const { issuer } = await oidcCompany({ api } as World, person);
  // By a name, so that the provider at 127.0.0.1 is another site to the browser, as providers are.
  steward = await startSteward({
    STEWARD_HOST: "localhost",
    STEWARD_PORT: String(port),
    STEWARD_EGRESS_ALLOW: "127.0.0.1",
    STEWARD_OIDC_ISSUER: issuer,
    STEWARD_OIDC_CLIENT_ID: client.id,
    STEWARD_OIDC_CLIENT_SECRET: client.secret,
    STEWARD_OIDC_NAME: "Northwind",
  });
  const { organizationId: organization } = await steward.client.me({});
  ({ url: invitation } = await steward.client.createInvitation({ organization, body: { email: ADA, role: "viewer" } }));
  browser = await openBrowser();
}, 120_000);
beforeEach(({ skip }) => skip(noBrowser !== null, noBrowser ?? ""));
afterAll(async () => {
  await browser?.close();
  await closeAll();
  await steward?.close();
});

test("without the invitation the provider makes no account, and the page says what to do; with it, the person joins", async () => {
  const { context, page } = await openPage(browser, steward.address);
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Sign in with Northwind" }).click();
  await page.getByRole("alert").getByText("Open your invitation’s link in this browser").waitFor();
  expect(new URL(page.url()).pathname).toBe("/sign-in");

  await page.goto(invitation);
  await page.getByRole("link", { name: "Create an account" }).click();
  const signUp = page.getByRole("button", { name: "Sign up with Northwind" });
  await signUp.waitFor();
  expect([await accessibilityFaults(page), await sidewaysPx(page)]).toEqual([[], 0]);
  await signUp.click();
  await page.getByRole("button", { name: "Join" }).click();
  await page.getByRole("navigation", { name: "Main" }).waitFor();
  await page.getByRole("button", { name: "Account of Ada Lovelace" }).waitFor();
  await context.close();
});
