/** Files and tables on the page, in Chromium, on the whole program with a database server of its own. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Table } from "@steward/sdk";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { accessibilityFaults, noBrowser, openBrowser, openPage, sidewaysPx, type Watched } from "./browser.ts";
import { startSteward, type TestSteward } from "./start-steward.ts";

const PAGE = path.resolve(import.meta.dirname, "../../web/dist/index.html");
const EMAIL = "ada@northwind.test";
const PASSWORD = "correct horse battery";
/** One red pixel. */
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
  "base64",
);

let steward: TestSteward;
let browser: Browser;
const opened: Watched[] = [];

beforeAll(async () => {
  if (noBrowser !== null) return;
  if (!existsSync(PAGE)) throw new Error("the page is not built: npm test builds it first");
  // With the server it brings along: projects get no databases on the one that tests share.
  steward = await startSteward({
    DATABASE_URL: "",
    DATABASE_MIGRATE_URL: "",
    STEWARD_HOST: "localhost",
    STEWARD_OWNER_EMAIL: EMAIL,
    STEWARD_OWNER_PASSWORD: PASSWORD,
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
});

async function signIn(size?: { width: number; height: number }): Promise<Watched> {
  const watched = await openPage(browser, steward.address, size);
  opened.push(watched);
  const { page } = watched;
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(EMAIL);
  await page.getByLabel("Password").fill(PASSWORD);
  await button(page, "Sign in").click();
  await page.getByRole("navigation", { name: "Main" }).waitFor();
  return watched;
}

const button = (within: Page | Locator, name: string | RegExp): Locator =>
  within.getByRole("button", { name, exact: true });
const link = (within: Page | Locator, name: string): Locator => within.getByRole("link", { name, exact: true });
const item = (page: Page, name: string): Locator => page.getByRole("menuitem", { name, exact: true });
const panel = (page: Page, name: string): Locator => page.getByRole("complementary", { name });

/** Waits until the page says so; when it doesn't, the failure says what it says instead. */
async function text(page: Page, words: string | RegExp): Promise<void> {
  try {
    await page.getByText(words).first().waitFor();
  } catch {
    throw new Error(`${page.url()} never said ${String(words)}, but:\n${await page.innerText("body")}`);
  }
}

const file = (name: string, content: string | Buffer) => ({
  name,
  mimeType: "application/octet-stream",
  buffer: Buffer.from(content),
});
const choose = (page: Page, ...files: ReturnType<typeof file>[]): Promise<void> =>
  page.locator("input[type=file][multiple]").setInputFiles(files);

/** Of a download, once it is whole. */
async function downloaded(page: Page, act: () => Promise<void>): Promise<{ name: string; content: Buffer }> {
  const [download] = await Promise.all([page.waitForEvent("download"), act()]);
  return { name: download.suggestedFilename(), content: readFileSync(await download.path()) };
}

async function table(name: string, rows: Record<string, string | number | boolean | null>[] = []): Promise<Table> {
  const made = await steward.client.createTable({
    body: {
      name,
      columns: [
        { name: "name", type: "text", required: true },
        { name: "count", type: "integer" },
        { name: "state", type: "select", options: ["new", "old"] },
      ],
    },
  });
  if (rows.length > 0) await steward.client.insertRows({ table: made.id, body: { rows } });
  return made;
}

const grid = (page: Page): Locator => page.getByRole("grid");
/** The cell of a row of the grid, by the column's place among the table's own. */
const cell = (page: Page, row: number, column: number): Locator => page.locator(`[data-cell="${row}:${column + 2}"]`);
const cells = async (page: Page, column: number): Promise<string[]> =>
  await page.locator(`[role=gridcell][aria-colindex="${column + 3}"]`).allTextContents();

test("files are uploaded by choosing and by dropping, looked at, downloaded, moved, deleted and brought back", async () => {
  const { page, faults } = await signIn();
  await link(page, "Files").click();
  await text(page, "No files yet");
  await choose(page, file("note.md", "# Hello\n"), file("pixel.png", PIXEL));
  await text(page, "2 of 2 uploaded");
  await link(page, "note.md").waitFor();
  await page.evaluate(`(() => {
    const data = new DataTransfer();
    data.items.add(new File(["a,b\\n1,2\\n"], "dropped.csv"));
    const zone = document.querySelector("table").closest(".relative.min-h-full");
    for (const type of ["dragenter", "dragover", "drop"])
      zone.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
  })()`);
  await link(page, "dropped.csv").waitFor();

  await link(page, "note.md").click();
  const shown = panel(page, "note.md");
  expect(await shown.getByRole("region", { name: "Preview of note.md" }).textContent()).toBe("# Hello\n");
  const got = await downloaded(page, () => button(shown, "Download").click());
  expect([got.name, got.content.toString()]).toEqual(["note.md", "# Hello\n"]);

  await link(page, "pixel.png").click();
  const image = page.getByRole("img", { name: "Preview of pixel.png" });
  await image.waitFor();
  await expect.poll(() => page.evaluate("document.querySelector('aside img').naturalWidth")).toBe(1);

  await link(panel(page, "pixel.png"), "Move or rename").click();
  const move = panel(page, "Move pixel.png");
  await move.getByLabel("New path").fill("images//red.png");
  await button(move, "Move").click();
  await text(page, "A path such as reports/march.pdf");
  await move.getByLabel("New path").fill("images/red.png");
  await button(move, "Move").click();
  await text(page, "Moved to “images/red.png”.");
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: /^images ?, Folder$/ }).click();
  await link(page, "red.png").waitFor();
  expect(new URL(page.url()).searchParams.get("folder")).toBe("images");

  await button(page, "Actions for red.png").click();
  await item(page, "Delete").click();
  await text(page, "This folder is empty");
  await button(page, "Undo").click();
  await link(page, "red.png").waitFor();
  await button(page, "Actions for red.png").click();
  await item(page, "Delete").click();
  await link(page, "Deleted files").click();
  await button(page, "Bring back red.png").click();
  await text(page, "“images/red.png” is back.");
  await text(page, "No deleted files");
  expect(await page.locator("nav a[aria-current=page]").allTextContents()).toEqual(["Files", "Deleted files"]);
  await link(page.getByRole("navigation", { name: "Main" }), "Files").click();
  await page.getByRole("searchbox", { name: "Search in this folder" }).fill("RED");
  await link(page, "images/red.png").waitFor();
  expect(await page.getByRole("row").count()).toBe(2);
  expect(faults).toEqual([]);
});

test("an upload tells how far it is, can be cancelled, and keeps its failure until it is tried again", async () => {
  const { page } = await signIn();
  await page.goto("/files");
  const held = Promise.withResolvers<void>();
  await page.route(/path=slow/, async (route) => {
    await held.promise;
    await route.abort().catch(() => undefined);
  });
  await page.route(/path=lost/, (route) => route.abort());
  await choose(page, file("slow.bin", Buffer.alloc(50_000)), file("lost.txt", "kept"));
  const tray = page.getByRole("region", { name: "Uploads" });
  await text(page, /Steward can.t be reached\./);
  await tray.getByRole("progressbar", { name: "Upload of slow.bin" }).waitFor();
  // Whoever goes elsewhere is asked first.
  await link(page, "Runs").click();
  await button(page.getByRole("alertdialog"), "Cancel").click();
  expect(new URL(page.url()).pathname).toBe("/files");
  await button(tray, "Cancel slow.bin").click();
  await tray.getByText("Cancelled").waitFor();
  held.resolve();
  await page.unroute(/path=lost/);
  await button(tray, "Try lost.txt again").click();
  await link(page, "lost.txt").waitFor();
  expect(await tray.getByText("1 of 2 uploaded").count()).toBe(1);
  await link(page, "Runs").click();
  await page.getByRole("heading", { name: "Runs", exact: true }).waitFor();
});

test("an earlier version is the present one again, and a whole folder goes and its files come back", async () => {
  const { page, faults } = await signIn();
  await page.goto("/files");
  await choose(page, file("terms.txt", "first"));
  await text(page, "1 of 1 uploaded");
  await choose(page, file("terms.txt", "second"));
  await text(page, "Uploaded as version 2");
  await link(page, "terms.txt").click();
  const shown = panel(page, "terms.txt");
  await shown.getByText("second").waitFor();
  await button(shown, "Make present: version 1").click();
  await text(page, "Version 1 is the present one again, as version 3.");
  await shown.getByText("first").waitFor();

  await steward.client.putFile({ path: "old/a.txt", body: "a" });
  await steward.client.putFile({ path: "old/b/c.txt", body: "c" });
  await page.goto("/files");
  await button(page, "Actions for old").click();
  await item(page, "Move or rename").click();
  await panel(page, "Move old").getByLabel("New path").fill("past");
  await button(panel(page, "Move old"), "Move").click();
  await text(page, "Moved 2 files to “past”.");
  await button(page, "Actions for past").click();
  await item(page, "Delete").click();
  await button(page.getByRole("alertdialog"), "Delete").click();
  await text(page, "Deleted 2 files in “past”.");
  await link(page, "Deleted files").click();
  await button(page, "Erase c.txt").click();
  await button(page.getByRole("alertdialog"), "Erase").click();
  await text(page, "Erased “c.txt”.");
  await link(page, "past/a.txt").waitFor();
  expect(faults).toEqual([]);
});

test("a table is made, filled and edited by keyboard alone", async () => {
  const { page, faults } = await signIn();
  await page.goto("/tables");
  await text(page, "No tables yet");
  await link(page, "New table").first().click();
  const form = panel(page, "New table");
  await form.getByLabel("Name", { exact: true }).fill("Customers");
  await form.getByLabel("Name of column 1").fill("name");
  await button(form, "Add column").click();
  await form.getByLabel("Name of column 2").fill("orders");
  await form.getByLabel("Type of column 2").selectOption("integer");
  await button(form, "Create table").click();
  await text(page, "No rows yet");
  for (const name of ["Ada", "Grace"]) {
    await link(page, "Add row").first().click();
    const row = panel(page, "Add row");
    await row.getByLabel("name").fill(name);
    await button(row, "Add row").click();
    await grid(page).getByText(name).waitFor();
  }
  expect(await cells(page, 0)).toEqual(["Grace", "Ada"]);

  await cell(page, 0, 0).focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  expect(await page.evaluate("document.activeElement.dataset.cell")).toBe("1:3");
  await page.keyboard.press("Enter");
  await page.keyboard.type("many");
  await page.keyboard.press("Enter");
  await text(page, "A whole number such as 12.");
  await page.keyboard.press("Escape");
  expect(await cell(page, 1, 1).textContent()).toBe("");
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await page.keyboard.type("Ada L.");
  await page.keyboard.press("Tab");
  await page.keyboard.type("7");
  await page.keyboard.press("Enter");
  await expect.poll(() => cells(page, 1)).toEqual(["", "7"]);
  const [made] = (await steward.client.listTables()).items;
  const saved = async () => (await steward.client.listRows({ table: made!.id })).items.map(({ values }) => values);
  await expect.poll(saved).toEqual([
    { name: "Grace", orders: null },
    { name: "Ada L.", orders: 7 },
  ]);

  await page.keyboard.press("x");
  await button(page, "Delete 1 row").click();
  await text(page, "Deleted 1 row.");
  await expect.poll(() => cells(page, 0)).toEqual(["Grace"]);
  await button(page, "Undo").click();
  await expect.poll(() => cells(page, 0)).toEqual(["Grace", "Ada L."]);
  expect(faults).toEqual([]);
});

test("another's change of the same cell is shown beside mine, and either can be kept", async () => {
  const made = await table("conflicts", [{ name: "one" }, { name: "two" }]);
  const { page, faults } = await signIn();
  await page.goto(`/tables/${made.id}`);
  await cell(page, 0, 0).waitFor();
  const [row] = (await steward.client.listRows({ table: made.id })).items;
  const set = async (values: Record<string, string | number>) => {
    const { version } = await steward.client.getRow({ table: made.id, row: row!.id });
    await steward.client.updateRow({ table: made.id, row: row!.id, body: { version, values } });
  };
  const edit = async (column: number, value: string) => {
    await cell(page, 0, column).dblclick();
    await page.keyboard.type(value);
    await page.keyboard.press("Enter");
  };
  await set({ count: 5 });
  await edit(0, "beside");
  await expect.poll(() => cells(page, 1)).toEqual(["5", ""]);
  expect(await page.getByRole("alert").count()).toBe(0);

  await set({ name: "theirs" });
  await edit(0, "mine");
  await text(page, /name was changed by somebody else meanwhile\. Theirs: theirs Yours: mine/);
  expect(await cell(page, 0, 0).textContent()).toBe("theirs");
  await button(page, "Use mine").click();
  await expect
    .poll(async () => (await steward.client.getRow({ table: made.id, row: row!.id })).values["name"])
    .toBe("mine");

  await page.getByRole("link", { name: "Open row 1" }).click();
  const form = panel(page, "Row");
  await set({ name: "again", count: 6 });
  await form.getByLabel("name").fill("form");
  await button(form, "Save").click();
  await text(page, "They set: again");
  expect(await form.getByLabel("count").inputValue()).toBe("6");
  await button(form, "Save").click();
  await text(page, "Saved.");
  await expect.poll(async () => (await cells(page, 0))[0]).toBe("form");
  expect(faults.filter((fault) => !/409/.test(fault))).toEqual([]);
});

test("filters, search and sorting stand in the address and come off as chips", async () => {
  const rows = Array.from({ length: 130 }, (_, at) => ({
    name: `row ${at}`,
    count: at,
    state: at % 2 ? "new" : "old",
  }));
  const made = await table("many", rows);
  const { page, faults } = await signIn();
  await page.goto(`/tables/${made.id}`);
  await text(page, "130 rows");
  expect(await cells(page, 0)).toHaveLength(100);
  await button(page, "Show more").click();
  await expect.poll(async () => (await cells(page, 0)).length).toBe(130);

  await button(page, /^count Whole number/).click();
  await item(page, "Filter by this").click();
  const form = page.getByRole("form", { name: "Filter" });
  await form.getByLabel("Comparison").selectOption("lt");
  await form.getByLabel("Value").fill("10");
  await page.keyboard.press("Enter");
  await text(page, "10 rows");
  await button(page, /^name \* Text/).click();
  await item(page, "Sort ascending").click();
  await page.getByRole("searchbox", { name: "Search rows" }).fill("w 3");
  await text(page, "1 row");
  expect(await cells(page, 0)).toEqual(["row 3"]);
  await page.reload();
  await expect.poll(() => cells(page, 0)).toEqual(["row 3"]);
  expect(await page.getByRole("columnheader", { name: /^name/ }).getAttribute("aria-sort")).toBe("ascending");
  await page.getByRole("searchbox", { name: "Search rows" }).fill("");
  await button(page, "Remove the filter on count").click();
  await button(page, "Remove the sorting").click();
  await text(page, "130 rows");
  expect(faults).toEqual([]);
});

test("a column changes only when every row fits, and is dropped only by its name", async () => {
  const made = await table("columns", [{ name: "12" }, { name: "twelve" }]);
  const { page, faults } = await signIn();
  await page.goto(`/tables/${made.id}`);
  await button(page, /^name \* Text/).click();
  await item(page, "Change column").click();
  const form = panel(page, "Change name");
  await form.getByLabel("Type").selectOption("integer");
  await text(page, "1 row stands in the way");
  await text(page, "twelve");
  expect(await button(form, "Save").isDisabled()).toBe(true);
  await form.getByLabel("Type").selectOption("text");
  await form.getByLabel("Name").fill("label");
  await button(form, "Save").click();
  await text(page, "Changed “label”.");

  await button(page, /^count Whole number/).click();
  await item(page, "Change column").click();
  await button(page, "Drop column").click();
  const asked = page.getByRole("alertdialog");
  expect(await button(asked, "Drop column").isDisabled()).toBe(true);
  await asked.getByRole("textbox").fill("count");
  await button(asked, "Drop column").click();
  await text(page, "Dropped “count”.");
  await expect.poll(() => page.getByRole("columnheader").count()).toBe(4);

  await button(page, "More").click();
  await item(page, "Drop table").click();
  await page.getByRole("alertdialog").getByRole("textbox").fill("columns");
  await button(page.getByRole("alertdialog"), "Drop table").click();
  await text(page, "Dropped “columns”.");
  expect(new URL(page.url()).pathname).toBe("/tables");
  expect(faults).toEqual([]);
});

test("a CSV file comes in with its columns mapped and its wrong lines told, and goes out whole", async () => {
  const made = await table("imported");
  const { page, faults } = await signIn();
  await page.goto(`/tables/${made.id}?panel=import`);
  const form = panel(page, "Import into imported");
  const csv = 'Label;count;unused\r\nfirst;1;x\r\nsecond;none;x\r\n"third; ""3""";3;x\r\n';
  await form.getByLabel("CSV file").setInputFiles({ name: "in.csv", mimeType: "text/csv", buffer: Buffer.from(csv) });
  expect(await form.getByLabel("Parted by").inputValue()).toBe(";");
  await text(page, "Every row needs a value in name");
  await form.getByLabel("Label goes to").selectOption("name");
  await button(form, "Import").click();
  await text(page, /line 3, count/);
  await form.getByLabel("Lines that don’t fit").selectOption("skip");
  await button(form, "Import").click();
  await text(page, "Imported 2 rows.");
  await form.getByRole("row", { name: /3 count is to be a whole number/ }).waitFor();
  await expect.poll(async () => (await cells(page, 0)).toSorted()).toEqual(["first", 'third; "3"']);

  const got = await downloaded(page, async () => {
    await button(page, "More").click();
    await item(page, "Export CSV").click();
  });
  expect(got.name).toBe("imported.csv");
  expect(got.content.toString().split("\r\n").slice(1, 3)).toEqual([
    expect.stringMatching(/^[-0-9a-f]{36},first,1,$/),
    expect.stringMatching(/^[-0-9a-f]{36},"third; ""3""",3,$/),
  ]);
  expect(faults.filter((fault) => !/422|400/.test(fault))).toEqual([]);
});

test("who may only read is offered nothing else, and who may not even that finds nothing", async () => {
  const made = await table("read only", [{ name: "one" }]);
  const { page, faults } = await signIn();
  let held: RegExp = /\.read$/;
  await page.route(/\/v1\/organizations/, async (route) => {
    const answer = await route.fetch();
    const json = JSON.stringify(await answer.json(), (key, value: unknown) =>
      key === "permissions" && Array.isArray(value) ? value.filter((one) => held.test(String(one))) : value,
    );
    await route.fulfill({ response: answer, body: json });
  });
  await page.goto(`/tables/${made.id}`);
  await cell(page, 0, 0).waitFor();
  for (const name of ["Add row", "Import CSV"]) expect(await page.getByText(name).count()).toBe(0);
  expect(await page.getByRole("checkbox").count()).toBe(0);
  await cell(page, 0, 0).dblclick();
  await page.keyboard.press("Enter");
  expect(await page.getByRole("grid").getByRole("textbox").count()).toBe(0);
  await button(page, "More").click();
  expect(await page.getByRole("menuitem").allTextContents()).toEqual(["Export CSV"]);
  await page.goto(`/tables/${made.id}?panel=add-column`);
  await cell(page, 0, 0).waitFor();
  expect(await page.getByRole("complementary").count()).toBe(0);
  await steward.client.putFile({ path: "seen.txt", body: "seen" });
  await page.goto("/files");
  await link(page, "seen.txt").click();
  await panel(page, "seen.txt").getByText("seen", { exact: true }).waitFor();
  expect(await button(page, /Upload|Delete/).count()).toBe(0);
  held = /^organization/;
  await page.goto("/files");
  await text(page, "Nothing is here");
  await page.goto("/tables");
  await text(page, "Nothing is here");
  expect(await link(page, "Tables").count()).toBe(0);
  expect(faults).toEqual([]);
});

test("each page passes the accessibility rules in both themes, and is read at 390 pixels without going sideways", async () => {
  const made = await table("looks", [
    { name: "one", count: 1, state: "new" },
    { name: "a very long name ".repeat(20) },
  ]);
  await steward.client.putFile({
    path: `${"deep/".repeat(6)}a-file-with-a-rather-long-name-for-a-phone.txt`,
    body: "x",
  });
  const { items } = await steward.client.listFiles({ folder: "deep/deep/deep/deep/deep/deep" });
  const [deep] = items;
  const rows = (await steward.client.listRows({ table: made.id })).items;
  const pages = [
    "/files",
    `/files?folder=deep/deep/deep/deep/deep/deep&file=${deep?.kind === "file" ? deep.id : ""}`,
    "/files?panel=new-folder",
    "/files?view=deleted",
    "/tables",
    "/tables?panel=new",
    `/tables/${made.id}`,
    `/tables/${made.id}?panel=filter`,
    `/tables/${made.id}?panel=import`,
    `/tables/${made.id}?column=state`,
    `/tables/${made.id}?row=${rows[0]!.id}`,
  ];
  const { page, faults } = await signIn();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    // What the dark one has of its own are colours, and these four pages show them all.
    for (const address of colorScheme === "light" ? pages : pages.filter((_, at) => [1, 3, 6, 9].includes(at))) {
      await page.goto(address);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.waitForLoadState("networkidle");
      expect([colorScheme, address, await accessibilityFaults(page)]).toEqual([colorScheme, address, []]);
    }
  }
  await page.setViewportSize({ width: 390, height: 780 });
  for (const address of pages) {
    await page.goto(address);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.waitForLoadState("networkidle");
    expect([address, await sidewaysPx(page)]).toEqual([address, 0]);
  }
  expect(faults).toEqual([]);
}, 120_000);
