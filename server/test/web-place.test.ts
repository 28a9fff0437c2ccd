/** Which project the page works in: the one that the address names or none, in Chromium, on the whole program. */
import { existsSync } from "node:fs";
import path from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { noBrowser, openBrowser, openPage, type Watched } from "./browser.ts";
import { startSteward, type TestSteward } from "./start-steward.ts";

const PAGE = path.resolve(import.meta.dirname, "../../web/dist/index.html");
/** More than the page lists from the start. */
const PROJECTS = 55;

let steward: TestSteward;
let browser: Browser;
let organization: string;
const ids: string[] = [];
const opened: Watched[] = [];

beforeAll(async () => {
  if (noBrowser !== null) return;
  if (!existsSync(PAGE)) throw new Error("the page is not built: npm test builds it first");
  steward = await startSteward();
  organization = (await steward.client.listOrganizations()).items[0]!.id;
  for (let n = 1; n <= PROJECTS; n++) {
    const body = { slug: `made-${n}`, name: `Made ${n}`, timeZone: "UTC" };
    ids.push((await steward.client.createProject({ organization, body })).id);
  }
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

async function member(): Promise<Watched> {
  const watched = await openPage(browser, steward.address);
  opened.push(watched);
  await watched.page.goto((await steward.client.createLink()).url);
  await watched.page.getByRole("navigation", { name: "Main" }).waitFor();
  return watched;
}

test("a project beyond those that are listed is opened by its address, and found by its name", async () => {
  const { page } = await member();
  const last = ids.at(-1)!;
  await page.goto(`/flows?project=${last}`);
  await page.getByRole("button", { name: `Project Made ${PROJECTS}: go to another` }).click();
  await page.getByRole("menuitem", { name: "Find a project…" }).click();
  await page.getByRole("combobox", { name: "Project to go to" }).fill("made 54");
  await page.getByRole("option", { name: /Made 54/ }).click();
  await page.getByRole("button", { name: "Project Made 54: go to another" }).waitFor();
  expect(new URL(page.url()).searchParams.get("project")).toBe(ids[53]);
});

test("no other project opens in the place of one that isn't there, and there is a way on", async () => {
  const { page } = await member();
  await page.goto("/flows?project=prj_00000000000000000000000001");
  await page.getByRole("heading", { name: "Nothing is here" }).first().waitFor();
  expect(await page.getByRole("button", { name: /go to another/ }).count()).toBe(0);
  await page.getByRole("link", { name: /^Go to the flows of/ }).click();
  await page.getByRole("button", { name: /go to another/ }).waitFor();

  const gone = ids[0]!;
  await steward.client.deleteProject({ organization, project: gone });
  await page.goto(`/runs?project=${gone}`);
  await page.getByRole("heading", { name: "“Made 1” is deleted" }).first().waitFor();
  expect(await page.getByRole("button", { name: /go to another/ }).count()).toBe(0);
  await page.getByRole("button", { name: "Bring back Made 1" }).click();
  await page.getByText("“Made 1” is back.").waitFor();
  await page.getByRole("button", { name: "Project Made 1: go to another" }).waitFor();
});
