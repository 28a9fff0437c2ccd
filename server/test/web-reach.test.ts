/** What the page shows of a role that shows little, and in a window of a phone's size, in Chromium, on the whole program. */
import { existsSync } from "node:fs";
import path from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { parseId } from "../src/core/id.ts";
import { accessibilityFaults, noBrowser, openBrowser, openPage, sidewaysPx, type Watched } from "./browser.ts";
import { startSteward, type TestSteward } from "./start-steward.ts";

const PAGE = path.resolve(import.meta.dirname, "../../web/dist/index.html");
const ADA = "ada@northwind.test";
const PASSWORD = "correct horse battery";
const PHONE = { width: 390, height: 844 };

let steward: TestSteward;
let browser: Browser;
const opened: Watched[] = [];

beforeAll(async () => {
  if (noBrowser !== null) return;
  if (!existsSync(PAGE)) throw new Error("the page is not built: npm test builds it first");
  steward = await startSteward({ STEWARD_OWNER_EMAIL: ADA, STEWARD_OWNER_PASSWORD: PASSWORD });
  browser = await openBrowser();
}, 120_000);
beforeEach(({ skip }) => skip(noBrowser !== null, noBrowser ?? ""));
afterEach(async () => {
  for (const { context } of opened.splice(0)) await context.close();
});
afterAll(async () => {
  await browser?.close();
  await steward?.close();
});

const button = (within: Page | Locator, name: string | RegExp): Locator => within.getByRole("button", { name });
const item = (page: Page, name: string): Locator => page.getByRole("menuitem", { name, exact: true });

async function signIn(size?: typeof PHONE): Promise<Watched> {
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

test("on a phone the account's menu leads to every page that is the person's, and out", async () => {
  const { page, faults } = await signIn(PHONE);
  for (const [name, address] of [
    ["Account", "/account"],
    ["Organization and members", "/organization"],
    ["Audit log", "/audit"],
    ["Installation", "/installation"],
  ] as const) {
    await button(page, /^Account of /).click();
    await item(page, name).click();
    await page.waitForURL(`**${address}*`);
    expect(await sidewaysPx(page)).toBe(0);
  }
  await button(page, /^Account of /).click();
  await item(page, "Sign out").waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await item(page, "Sign out").click();
  await page.waitForURL("**/sign-in*");
  expect(faults.filter((one) => !one.includes("403"))).toEqual([]);
});

test("the palette lists every page before a word is typed, and finds it by what it belongs to", async () => {
  const { page } = await signIn(PHONE);
  await button(page, /^Search/).click();
  const palette = page.getByRole("dialog", { name: "Go to or do" });
  const listed = async (): Promise<string[]> => {
    await palette.getByRole("option").first().waitFor();
    return (await palette.getByRole("option").allInnerTexts()).map((one) => one.split("\n", 1)[0]!);
  };
  expect(await listed()).toEqual(
    expect.arrayContaining([
      ..."Flows Runs Files Tables Settings Account Invitations Roles Projects Sign-on Installation Mail Proof".split(
        " ",
      ),
      "API keys",
      "Organization and members",
      "Service accounts",
      "Support access",
      "Name and rules",
      "Audit log",
      "Signed heads",
      "Where it is sent",
      "Outbound",
      "Sign out",
    ]),
  );
  await palette.getByRole("combobox").fill("organization");
  await expect.poll(listed).toContain("Roles");
  await palette.getByRole("combobox").fill("proof");
  await palette.getByRole("option", { name: /^Proof/ }).click();
  await page.waitForURL("**/installation/proof*");
});

test("on a phone the row of places shows the one that is open, and the palette finds a connection", async () => {
  const { page } = await signIn(PHONE);
  const { client } = steward;
  await client.createConnection({
    body: {
      connector: "openai_compatible",
      slug: "brain-of-shop",
      owner: "project",
      actions: [],
      device: false,
      address: "https://models.example.com/v1",
    },
  });
  await page.goto("/budgets");
  const open = page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Budgets" });
  await expect
    .poll(async () => {
      const [row, place] = [
        await page.getByRole("navigation", { name: "Main" }).boundingBox(),
        await open.boundingBox(),
      ];
      return row !== null && place !== null && place.x >= row.x && place.x + place.width <= row.x + row.width + 1;
    })
    .toBe(true);
  await button(page, /^Search/).click();
  const palette = page.getByRole("dialog", { name: "Go to or do" });
  await palette.getByRole("combobox").fill("brain-of");
  await palette.getByRole("option", { name: /^brain-of-shop/ }).click();
  await page.waitForURL(/\/connections\?.*open=brain-of-shop/);
});

test("who may not see the organization still comes in, is told what they may not see, and reaches the rest", async () => {
  const { client, db } = steward;
  const { items } = await client.listOrganizations();
  const organization = items[0]!.id;
  const { id: project } = (await client.listProjects({ organization, limit: 1 })).items[0]!;
  const permissions = ["project.read", "flow.read", "run.read"] as const;
  const { id } = await client.createRole({ organization, body: { name: "Watcher", permissions: [...permissions] } });
  await db.admin.query({
    text: "update steward.members set role = 'custom', custom_role = $1 where organization = $2",
    values: [parseId("rol", id), parseId("org", organization)],
  });

  const { page, faults } = await signIn();
  const name = items[0]!.name;
  await page.getByRole("heading", { name: `Your role in “${name}” doesn’t show you its projects` }).waitFor();
  await page.getByText(/opens only where your role, or one that you were given in that project/).waitFor();
  await page.getByRole("link", { name: "Account", exact: true }).waitFor();
  await button(page, "Sign out").waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.getByRole("link", { name: `What you may see of ${name}` }).click();
  await page.getByRole("heading", { name: "Your role doesn’t show you this" }).waitFor();
  const tabs = page.getByRole("navigation", { name: "Parts of the organization" }).getByRole("link");
  expect(await tabs.allTextContents()).toEqual(["General"]);
  for (const address of ["roles", "projects", "support", "invitations", "sign-on", "service-accounts"]) {
    await page.goto(`/organization/${address}`);
    await page.getByText(/^It takes a role in/).waitFor();
  }
  await page.goto("/audit");
  await page.getByText(/lets you read, verify and export the audit log/).waitFor();

  await page.goto(`/flows?project=${project}`);
  await page.getByRole("heading", { name: "Flows", exact: true }).waitFor();
  await button(page, /^Account of /).click();
  await item(page, "Account").click();
  await page.getByRole("heading", { name: "Organizations" }).waitFor();
  // The browser notes each refused call: nothing was asked for that the role refuses.
  expect(faults).toEqual([]);

  await button(page, "New organization…").click();
  await page.getByRole("textbox", { name: "Name" }).last().fill("Of her own");
  await button(page, "Create").click();
  await button(page, "Open Of her own").waitFor();
});
