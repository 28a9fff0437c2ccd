/** What happens at providers, on a flow's page: how it stands, what a person has to do, and a test that starts nothing. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { accessibilityFaults, noBrowser, openBrowser, openPage, sidewaysPx, type Watched } from "./browser.ts";
import { startSteward, type TestSteward } from "./start-steward.ts";
import { createStrictEmulator } from "./strict-emulate.ts";

const PAGE = path.resolve(import.meta.dirname, "../../web/dist/index.html");
const ADA = "ada@northwind.test";
const PASSWORD = "correct horse battery";
const TOKEN = "xoxb-steward";

let steward: TestSteward;
let browser: Browser;
let slack: { readonly url: string; close(): Promise<void> };
let folder = "";
const opened: Watched[] = [];

beforeAll(async () => {
  if (noBrowser !== null) return;
  if (!existsSync(PAGE)) throw new Error("the page is not built: npm test builds it first");
  slack = await createStrictEmulator({
    service: "slack",
    seed: {
      slack: {
        team: { name: "Acme" },
        users: [{ name: "steward" }],
        tokens: [{ token: TOKEN, type: "bot", user: "steward", scopes: ["channels:history"] }],
      },
    },
  });
  folder = mkdtempSync(path.join(tmpdir(), "steward-web-events-"));
  const places = path.join(folder, "connectors.json");
  writeFileSync(places, JSON.stringify({ slack: { base: `${slack.url}/api` } }));
  steward = await startSteward({
    STEWARD_HOST: "localhost",
    STEWARD_OWNER_EMAIL: ADA,
    STEWARD_OWNER_PASSWORD: PASSWORD,
    STEWARD_EGRESS_ALLOW: "127.0.0.1,localhost",
    STEWARD_CONNECTORS: places,
  });
  browser = await openBrowser();
  const { client } = steward;
  await client.createConnection({ body: { connector: "slack", slug: "team", secret: { apiKey: TOKEN } } });
  const event = { kind: "event", event: "slack.mention", connection: "team", settings: {} } as const;
  await client.putFlow({
    slug: "triage",
    body: {
      format: 1,
      name: "Triage",
      triggers: [
        { ...event, id: "asked" },
        { ...event, id: "elsewhere", connection: "gone" },
      ],
      steps: [{ id: "seen", kind: "set", input: { text: "{{ trigger.body.event.text }}" } }],
    },
  });
  await client.publishFlow({ slug: "triage" });
}, 120_000);
beforeEach(({ skip }) => skip(noBrowser !== null, noBrowser ?? ""));
afterEach(async () => {
  for (const { context } of opened.splice(0)) await context.close();
});
afterAll(async () => {
  await browser?.close();
  await steward?.close();
  await slack?.close();
  if (folder !== "") rmSync(folder, { recursive: true, force: true });
});

async function signIn(size?: { width: number; height: number }): Promise<Watched> {
  const watched = await openPage(browser, steward.address, size);
  opened.push(watched);
  const { page } = watched;
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(ADA);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("navigation", { name: "Main" }).waitFor();
  return watched;
}

test("a trigger says what it lacks, then what to do at the provider, and can be tried by keyboard", async () => {
  const { page, faults } = await signIn();
  await page.goto("/flows/triage");
  const events = page.getByRole("region", { name: "Events" });
  await events.getByText("No grant allows it.").waitFor();
  await events.getByText("Its connection is not there.").waitFor();
  const trial = events.getByRole("button", { name: "Test the trigger asked" });
  await trial.focus();
  await page.keyboard.press("Enter");
  await events.getByText(/It could not be asked/).waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);

  const lines = [{ actions: ["slack.mention"] }];
  await steward.client.giveGrant({ body: { to: "flow:triage", connection: "team", lines } });
  await expect
    .poll(async () => (await steward.client.getFlow({ slug: "triage" })).events[0]?.status, { timeout: 15_000 })
    .toBe("by_hand");
  await page.reload();
  await events.getByText("Tell the provider").waitFor();
  await events.getByText(/\/webhooks\/wh_0_/).waitFor();
  expect(await events.getByRole("listitem").filter({ hasText: "Request URL" }).count()).toBeGreaterThan(0);
  await trial.click();
  await events.getByText("Nothing new. One looks like this:").waitFor();
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await accessibilityFaults(page)).toEqual([]);
  expect(faults).toEqual([]);
}, 60_000);

test("on a phone nothing is cut off", async () => {
  const { page } = await signIn({ width: 390, height: 844 });
  await page.goto("/flows/triage");
  await page.getByRole("region", { name: "Events" }).waitFor();
  expect(await sidewaysPx(page)).toBe(0);
  expect(await accessibilityFaults(page)).toEqual([]);
}, 60_000);
