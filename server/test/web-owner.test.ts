/** How the first owner, who came in by a link, makes the account their own: name, address, password, in Chromium. */
import { existsSync } from "node:fs";
import path from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { accessibilityFaults, noBrowser, openBrowser, openPage } from "./browser.ts";
import { startSteward, type TestSteward } from "./start-steward.ts";

const PAGE = path.resolve(import.meta.dirname, "../../web/dist/index.html");
const ADA = "ada@northwind.test";
const PASSWORD = "correct horse battery";

let steward: TestSteward;
let browser: Browser;

beforeAll(async () => {
  if (noBrowser !== null) return;
  if (!existsSync(PAGE)) throw new Error("the page is not built: npm test builds it first");
  steward = await startSteward();
  browser = await openBrowser();
}, 120_000);
beforeEach(({ skip }) => skip(noBrowser !== null, noBrowser ?? ""));
afterAll(async () => {
  await browser?.close();
  await steward?.close();
});

const button = (within: Page | Locator, name: string): Locator => within.getByRole("button", { name, exact: true });

async function mailedLink(to: string): Promise<string> {
  const found = async (): Promise<string | undefined> => {
    const { items } = await steward.client.listMail({ limit: 50 });
    return items.find(({ content }) => content?.to === to)?.content?.links[0];
  };
  await expect.poll(found).toBeDefined();
  return (await found()) ?? "";
}

test("the first owner gives a name, an address and a password, is asked for none that isn't there, and signs in by them", async () => {
  const { page, faults } = await openPage(browser, steward.address);
  await page.goto((await steward.client.createLink()).url);
  await page.getByRole("navigation", { name: "Main" }).waitFor();
  await page.goto("/account");
  await page.getByText(/A placeholder that no mail reaches/).waitFor();

  const factor = page.getByRole("region", { name: "Second factor" });
  await button(factor, "Set up…").click();
  await factor.getByText("You have no password, so none is asked for here.").waitFor();
  expect(await factor.locator("input[type=password]").count()).toBe(0);
  await button(factor, "Cancel").click();

  await page.getByLabel("Name", { exact: true }).fill("Ada Lovelace");
  await button(page, "Save").click();
  await button(page, "Account of Ada Lovelace").waitFor();

  await button(page, "Change…").click();
  await page.getByLabel("New e-mail").fill(ADA);
  await button(page, "Send link").click();
  await page.getByText(`A link is on its way to ${ADA}.`).waitFor();
  await page.goto(await mailedLink(ADA));
  await button(page, "Use this address").click();
  await page.getByText("Your address is changed.").waitFor();

  await page.goto("/account");
  const password = page.getByRole("region", { name: "Password" });
  await password.getByText(/^You have none yet/).waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await password.getByLabel("New password").fill("short");
  await button(password, "Set password").click();
  await password.getByText("Use at least 10 characters.").waitFor();
  await password.getByLabel("New password").fill(PASSWORD);
  await button(password, "Set password").click();
  await password.getByLabel("Current password").waitFor();
  await button(factor, "Set up…").click();
  await factor.getByLabel("Your password").waitFor();

  await button(page, "Account of Ada Lovelace").click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByLabel("E-mail").fill(ADA);
  await page.getByLabel("Password").fill(PASSWORD);
  await button(page, "Sign in").click();
  await button(page, "Account of Ada Lovelace").waitFor();
  expect(faults).toEqual([]);
});
