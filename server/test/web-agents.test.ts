/** Agents in a browser, on the whole program; aimock in the place of the model. */
import { existsSync } from "node:fs";
import path from "node:path";
import { LLMock } from "@copilotkit/aimock";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { accessibilityFaults, noBrowser, openBrowser, openPage, sidewaysPx, type Watched } from "./browser.ts";
import { startSteward, type TestSteward } from "./start-steward.ts";

const PAGE = path.resolve(import.meta.dirname, "../../web/dist/index.html");
const ADA = "ada@northwind.test";
const PASSWORD = "correct horse battery";

let steward: TestSteward;
let browser: Browser;
let mock: LLMock;
const opened: Watched[] = [];

beforeAll(async () => {
  if (noBrowser !== null) return;
  if (!existsSync(PAGE)) throw new Error("the page is not built: npm test builds it first");
  mock = new LLMock({ port: 0 });
  await mock.start();
  mock.on({}, { content: "Order 17 was sent on Monday." });
  steward = await startSteward({
    STEWARD_HOST: "localhost",
    STEWARD_OWNER_EMAIL: ADA,
    STEWARD_OWNER_PASSWORD: PASSWORD,
    STEWARD_EGRESS_ALLOW: "127.0.0.1",
  });
  await steward.client.createConnection({
    body: { connector: "openai_compatible", slug: "brain", address: `${mock.url}/v1`, secret: { apiKey: "sk-1" } },
  });
  browser = await openBrowser();
}, 120_000);
beforeEach(({ skip }) => skip(noBrowser !== null, noBrowser ?? ""));
afterEach(async () => {
  for (const { context } of opened.splice(0)) await context.close();
});
afterAll(async () => {
  await browser?.close();
  await steward?.close();
  await mock?.stop();
});

const button = (within: Page | Locator, name: string): Locator => within.getByRole("button", { name, exact: true });

async function signIn(size?: { width: number; height: number }): Promise<Watched> {
  const watched = await openPage(browser, steward.address, size);
  opened.push(watched);
  const { page } = watched;
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(ADA);
  await page.getByLabel("Password").fill(PASSWORD);
  await button(page, "Sign in").click();
  await page.getByRole("navigation", { name: "Main" }).waitFor();
  return watched;
}

async function inBothThemes(page: Page): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    expect([colorScheme, await accessibilityFaults(page)]).toEqual([colorScheme, []]);
    expect(await sidewaysPx(page)).toBe(0);
    const folder = process.env["STEWARD_SCREENSHOTS"];
    const name = page
      .url()
      .replaceAll(/[^a-z]+/g, "-")
      .slice(-40);
    if (folder !== undefined) await page.screenshot({ path: path.join(folder, `${name}-${colorScheme}.png`) });
  }
}

test("a person makes an agent, publishes it, is told what is not granted, grants it, and tries it", async () => {
  const { page, faults } = await signIn();
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Agents", exact: true }).click();
  await page.getByText("No agents yet").waitFor();
  await button(page, "New agent").click();
  const panel = page.getByRole("complementary", { name: "New agent" });
  await button(panel, "Create").click();
  expect(await panel.getByText("This is needed.").count()).toBe(3);
  await inBothThemes(page);
  await panel.getByLabel("Name", { exact: true }).fill("Support");
  await panel.getByLabel("Short name").fill("support");
  await panel.getByLabel("Model connection").fill("brain");
  await panel.getByLabel("Model", { exact: true }).fill("llama3.3:70b");
  await panel.getByLabel("Instructions").fill("Answer questions about orders.");
  await button(panel, "Create").click();
  const file = page.getByRole("textbox", { name: "The agent file" });
  await file.waitFor();
  await file.fill(
    (await file.inputValue()).replace('"kind": "agent",', '"kind": "agent",\n  "tools": ["flow:nobody"],'),
  );
  await button(page, "Save the draft")
    .or(page.getByRole("button", { name: /^Save/ }))
    .first()
    .click();
  await page.getByText('there is no published flow "nobody"').waitFor();
  expect(await button(page, "Publish").isDisabled()).toBe(true);
  await inBothThemes(page);
  await file.fill((await file.inputValue()).replace('"flow:nobody"', '"ask"'));
  await page.getByRole("button", { name: /^Save/ }).first().click();
  await page.getByText('there is no published flow "nobody"').waitFor({ state: "detached" });
  await button(page, "Publish").click();
  const hints = page.getByRole("region", { name: "What it can’t do yet" });
  await hints.getByText("no grant covers model.generate").waitFor();
  await inBothThemes(page);
  await hints.getByRole("link", { name: "Give it a grant" }).click();
  const who = page.getByLabel("Who may");
  await who.waitFor();
  expect(await who.inputValue()).toBe("agent:support");
  await steward.client.giveGrant({
    body: { to: "agent:support", connection: "brain", lines: [{ actions: ["model.generate"] }] },
  });
  await page.goto("/agents/support?panel=try");
  const tried = page.getByRole("complementary", { name: "Try it" });
  await tried.getByLabel("Message").fill("Where is order 17?");
  await button(tried, "Send").click();
  await tried.getByText("Order 17 was sent on Monday.").waitFor();
  await tried.getByText("1 question, 0 calls").waitFor();
  await inBothThemes(page);
  await tried.getByRole("link", { name: "Show the whole run" }).click();
  await page.waitForURL(/\/runs\/run_/);
  expect(faults).toEqual([]);
  // The run's page knows the name alone and leads here; the browser notes that there is no flow of that name.
  await page.goto("/flows/support");
  await page.waitForURL(/\/agents\/support$/);
});

test("agents are listed, fit a narrow screen, and are deleted and brought back", async () => {
  await steward.client.putAgent({
    slug: "clerk",
    body: { format: 1, kind: "agent", name: "Clerk", model: { connection: "brain", model: "m" } },
  });
  const { page, faults } = await signIn({ width: 390, height: 800 });
  await page.goto("/agents");
  await page.getByRole("link", { name: "Clerk" }).waitFor();
  await inBothThemes(page);
  await page.getByRole("link", { name: "Clerk" }).click();
  await button(page, "More").click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await page.getByText("“Clerk” is deleted").waitFor();
  await button(page, "Undo").click();
  await page.getByText("“Clerk” is back").waitFor();
  expect(faults).toEqual([]);
});
