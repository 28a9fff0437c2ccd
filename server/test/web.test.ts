/** The page as people use it: in Chromium, on the whole program, with a service beside it that answers when the test says so. */
import { existsSync } from "node:fs";
import path from "node:path";
import { isTerminal, listAll, type Run } from "@steward/sdk";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { accessibilityFaults, focused, noBrowser, openBrowser, openPage, sidewaysPx, type Watched } from "./browser.ts";
import { heldSink, type HeldSink } from "./held-sink.ts";
import { startSteward, type TestSteward } from "./start-steward.ts";
import { APPROVAL, CHARGE, HOSTILE, LINK, MARKUP, publish, SHOWCASE } from "./web-flows.ts";

const PAGE = path.resolve(import.meta.dirname, "../../web/dist/index.html");

let sink: HeldSink;
let steward: TestSteward;
let browser: Browser;
const opened: Watched[] = [];

beforeAll(async () => {
  if (noBrowser !== null) return;
  if (!existsSync(PAGE)) throw new Error("the page is not built: npm test builds it first");
  sink = await heldSink();
  steward = await startSteward({ STEWARD_EGRESS_ALLOW: "127.0.0.1" });
  await steward.client.putVariable({ name: "sinkUrl", body: { value: sink.url } });
  browser = await openBrowser();
});
beforeEach(({ skip }) => skip(noBrowser !== null, noBrowser ?? ""));
afterEach(async () => {
  for (const { context } of opened.splice(0)) await context.close();
});
afterAll(async () => {
  await browser?.close();
  await steward?.close();
  await sink?.close();
});

/** A page that nobody signed in. */
async function stranger(size?: { width: number; height: number }): Promise<Watched> {
  const watched = await openPage(browser, steward.address, size);
  opened.push(watched);
  return watched;
}

/** A page in a browser that came in by a one-time link. */
async function member(): Promise<Watched> {
  const watched = await stranger();
  await watched.page.goto(await link());
  await watched.page.getByRole("navigation", { name: "Main" }).waitFor();
  return watched;
}

async function link(): Promise<string> {
  const { url } = await steward.client.createLink();
  return url;
}

const button = (within: Page | Locator, name: string): Locator => within.getByRole("button", { name, exact: true });
/** Waits until the page says so; when it doesn't, the failure says what it says instead. */
async function text(page: Page, words: string | RegExp): Promise<void> {
  try {
    await page.getByText(words).first().waitFor();
  } catch {
    throw new Error(`${page.url()} never said ${String(words)}, but:\n${await page.innerText("body")}`);
  }
}
/** Waits for the way in. */
async function atTheDoor(page: Page): Promise<void> {
  await page.getByRole("heading", { name: "Sign in", exact: true }).waitFor();
  expect(new URL(page.url()).pathname).toBe("/sign-in");
}
const row = (page: Page, name: RegExp): Locator =>
  page.getByRole("list", { name: "Timeline" }).getByRole("link", { name });
const runOf = (page: Page): string => new URL(page.url()).pathname.split("/")[2] ?? "";
const onRun = (page: Page): Promise<void> => page.waitForURL(/\/runs\/run_/);

async function start(slug: string, input: Record<string, string | number> = {}): Promise<Run> {
  return await steward.client.startRun({ slug, body: { input } });
}

const ended = async (id: string): Promise<Run> => {
  await expect.poll(async () => isTerminal((await steward.client.getRun({ id })).status)).toBe(true);
  return await steward.client.getRun({ id });
};

test("a link lets one browser in once, and signing out ends it", async () => {
  const { context, page, faults } = await stranger();
  const once = await link();
  await page.goto(once);
  await page.getByRole("heading", { name: "No flows yet" }).waitFor();
  const [cookie, ...more] = await context.cookies();
  expect(more).toEqual([]);
  expect(cookie).toMatchObject({ name: "steward.session_token", httpOnly: true, sameSite: "Strict", path: "/" });
  expect(cookie!.expires * 1000 - Date.now()).toBeLessThanOrEqual(7 * 86_400_000);
  expect(await page.evaluate("document.cookie")).toBe("");
  expect(page.url()).toBe(`${steward.address}/flows`);
  expect(faults).toEqual([]);

  const other = await stranger();
  await other.page.goto(once);
  await atTheDoor(other.page);
  expect(await other.context.cookies()).toEqual([]);

  await button(page, "Account of Owner").click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await atTheDoor(page);
  expect(await context.cookies()).toEqual([]);
  await context.addCookies([cookie!]);
  await page.goto("/runs");
  await atTheDoor(page);
  expect(new URL(page.url()).searchParams.get("next")).toBe("/runs");
});

test("a newcomer starts from an example and watches it run, step by step, without loading anew", async () => {
  const { page, faults } = await member();
  await button(page, "Start from Flaky service").click();
  await text(page, "Created and published “Flaky service”.");
  await button(page, "Run…").click();
  const panel = page.getByRole("complementary", { name: "Run Flaky service" });
  await panel.getByRole("textbox", { name: "Input" }).fill('{ "id": "o-7", "items": 2 }');
  await page.evaluate("document.body.dataset.loaded = 'once'");
  sink.hold("/shipments");
  await button(panel, "Run").click();

  await onRun(page);
  await row(page, /^order, Done/).waitFor();
  await row(page, /^ship, Running/).waitFor();
  await text(page, /^Running “ship”/);
  expect(await steward.client.getRun({ id: runOf(page) })).toMatchObject({ status: "running" });
  expect(await row(page, /^done/).count()).toBe(0);
  sink.release("/shipments");
  await row(page, /^ship, Done/).waitFor();
  await row(page, /^done, Done/).waitFor();
  await text(page, /^Completed in/);
  expect(await page.evaluate("document.body.dataset.loaded")).toBe("once");
  expect(await page.getByRole("region", { name: "Output of the run" }).textContent()).toContain('order: "o-7"');

  await row(page, /^ship/).click();
  const step = page.getByRole("complementary", { name: "Step ship" });
  expect(await step.getByRole("region", { name: "Input" }).textContent()).toContain('id: "o-7"');
  expect(await step.getByRole("region", { name: "Output" }).textContent()).toContain("status: 201");
  await page.keyboard.press("Escape");
  await step.waitFor({ state: "detached" });
  expect(faults).toEqual([]);
});

test("many records arrive in their rows while the run goes on", async () => {
  await publish(steward.client, "onboard", SHOWCASE);
  const { page, faults } = await member();
  sink.hold("/letters");
  const { id } = await start("onboard");
  await page.goto(`/runs/${id}`);
  await row(page, /^send\[0\], Running/).waitFor();
  await row(page, /^send\[1\], Running/).waitFor();
  expect(await row(page, /^letter\[2\]/).count()).toBe(0);
  sink.release("/letters");
  await row(page, /^send\[2\], Done/).waitFor();
  await text(page, /^Failed at “Book the call”/);
  await row(page, /^Book the call, Failed/).click();
  const error = page.getByRole("complementary").getByRole("region", { name: "Error" });
  expect(await error.textContent()).toBe("ErrorThe calendar has no free hour this week.failed_on_purpose");
  expect(faults).toEqual([]);
});

test("a run is done again whole, and from a step that keeps what came before it", async () => {
  await publish(steward.client, "charge", CHARGE);
  const { page, faults } = await member();
  const before = sink.count("/charges");
  const first = await ended((await start("charge")).id);
  await page.goto(`/runs/${first.id}`);
  await button(page, "Run again").click();
  await page.waitForURL((url) => url.pathname !== `/runs/${first.id}`);
  await text(page, /^Completed in/);
  const again = runOf(page);
  expect(sink.count("/charges") - before).toBe(2);

  await row(page, /^receipt/).click();
  await button(page, "Retry from receipt").click();
  await page.waitForURL((url) => url.pathname !== `/runs/${again}`);
  await text(page, /^Completed in/);
  const retry = await steward.client.getRun({ id: runOf(page) });
  expect(retry).toMatchObject({ retryOf: again, status: "completed" });
  await text(page, "Retry of");
  await row(page, /^Charge the card/).click();
  await text(page, "Copied from the run this one retries; it was not done again.");
  expect(sink.count("/charges") - before).toBe(2);
  expect(faults).toEqual([]);
});

test("a waiting run takes its event from the page, or is cancelled", async () => {
  await publish(steward.client, "approval", APPROVAL);
  const { page, faults } = await member();
  const { id } = await start("approval", { amount: 3 });
  await page.goto(`/runs/${id}`);
  await text(page, /^Waiting for the event “approved” since \d\d:\d\d$/);
  await button(page, "Send event…").click();
  const data = page.getByRole("textbox", { name: "Data of the event, as JSON" });
  await data.fill("{ by: ada }");
  await button(page, "Send event").click();
  await text(page, /^This is not JSON/);
  await data.fill('{ "by": "ada" }');
  await button(page, "Send event").click();
  await text(page, /^Completed in/);
  expect(await steward.client.getRun({ id })).toMatchObject({ output: { by: "ada" } });

  const other = await start("approval");
  await page.goto(`/runs/${other.id}`);
  await button(page, "Cancel run").click();
  await text(page, /^Cancelled after/);
  await button(page, "Run again").waitFor();
  expect(await button(page, "Send event…").count()).toBe(0);
  expect(await steward.client.getRun({ id: other.id })).toMatchObject({ status: "cancelled" });
  expect(faults).toEqual([]);
});

test("what may have happened is put to a person, who has three ways out", async () => {
  await publish(steward.client, "charge", CHARGE);
  const { page, faults } = await member();
  /** Opens a run whose charge was sent and not answered; gives how often it has been sent since. */
  const inDoubt = async (): Promise<() => number> => {
    const before = sink.count("/charges");
    sink.cut("/charges");
    const { id } = await start("charge");
    await page.goto(`/runs/${id}`);
    await text(page, "In doubt: “Charge the card” may or may not have happened");
    await page.getByRole("region", { name: "Did “Charge the card” happen?" }).waitFor();
    return () => sink.count("/charges") - before;
  };

  const whenDone = await inDoubt();
  await button(page, "It was done").click();
  await page.getByRole("textbox", { name: "Result of the step, as JSON" }).fill('{ "id": "ch_1" }');
  await button(page, "Go on with this result").click();
  await text(page, /^Completed in/);
  expect(await steward.client.getRun({ id: runOf(page) })).toMatchObject({ output: { charged: { id: "ch_1" } } });
  expect(whenDone()).toBe(1);

  const whenRepeated = await inDoubt();
  await button(page, "Repeat it").click();
  await text(page, /^Completed in/);
  expect(whenRepeated()).toBe(2);

  const whenFailed = await inDoubt();
  await button(page, "Fail it").click();
  await text(page, /^Failed at “Charge the card”/);
  expect(whenFailed()).toBe(1);
  expect(faults).toEqual([]);
});

test("a run that was set aside says why, and goes on when a person lets it", async () => {
  await publish(steward.client, "approval", APPROVAL);
  const { page, faults } = await member();
  const { id } = await start("approval");
  await page.goto(`/runs/${id}`);
  await text(page, /^Waiting for the event/);
  await steward.db.admin.query({ text: "update steward.queue set crashes = 3, due_at = '-infinity'" });
  await text(page, /^Set aside: .*worker died three times/);
  await button(page, "Let it go on").click();
  await text(page, /^Waiting for the event “approved”/);
  await button(page, "Cancel run").click();
  await text(page, /^Cancelled after/);
  expect(faults).toEqual([]);
});

test("a broken flow file shows its problems at their lines, and is published once mended", async () => {
  await steward.client.putFlow({ slug: "editing", body: { ...CHARGE, name: "Editing" } });
  const { page, faults } = await member();
  await page.goto("/flows/editing/file");
  const editor = page.getByRole("textbox", { name: "Flow file" });
  const good = JSON.stringify(CHARGE, null, 2);
  const broken = good.replace('"kind": "set"', '"kind": "sett"').replace('"receipt"\n', '"recipe"\n');
  const lineOf = (part: string): number => broken.slice(0, broken.lastIndexOf(part)).split("\n").length;
  await editor.fill(broken);
  await button(page, "Save draft").click();
  await text(page, "3 problems in the draft");
  const problems = page.getByRole("region", { name: "3 problems in the draft" });
  const lines = ['"recipe"', '"sett"', '"input"'].map((part) => `Line ${lineOf(part)}`);
  expect(await problems.getByRole("link").allTextContents()).toEqual(lines);
  expect(await button(page, "Publish").isDisabled()).toBe(true);
  expect(await steward.client.getFlow({ slug: "editing" })).toMatchObject({ version: null, draft: { name: "Charge" } });
  expect(faults).toEqual([]);

  await editor.fill(broken.replace('"steps"', '"stepz"'));
  await button(page, "Save draft").click();
  await page.getByRole("status").getByText("Not saved").waitFor();
  await page.getByRole("region").getByText(/stepz/).waitFor();
  expect(faults).toEqual([expect.stringContaining("422")]);
  faults.length = 0;

  await editor.fill(good);
  await page.keyboard.press("Control+s");
  await text(page, "Saved as the draft.");
  await button(page, "Publish").click();
  await text(page, "Published as version 1. New runs use it; runs under way keep theirs.");

  await button(page, "More").click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await text(page, "Deleted “Charge”. It can be brought back for 30 days.");
  await page.waitForURL("/flows");
  await page.locator('a[href="/flows/editing"]').waitFor({ state: "detached" });
  await button(page, "Undo").click();
  await text(page, "“Charge” is back.");
  await page.waitForURL("/flows/editing");
  expect(await steward.client.getFlow({ slug: "editing" })).toMatchObject({ version: 1 });
  expect(faults).toEqual([]);
});

test("a credential is set and never shown again; a variable is set, erased and brought back", async () => {
  const { page, faults } = await member();
  const secret = "tok_8c1f-never-shown";
  const bodies: Promise<string>[] = [];
  page.on("response", (response) => bodies.push(response.text().catch(() => "")));
  await page.goto("/settings");
  await page.getByRole("link", { name: "Set credential" }).click();
  const panel = page.getByRole("complementary", { name: "Set credential" });
  await panel.getByLabel("Slug").fill("billing");
  await panel.getByLabel("Secret").fill(secret);
  await button(panel, "Save").click();
  await text(page, "Name at least one host it may be sent to.");
  await panel.getByLabel("Hosts").fill("api.example.org");
  await button(panel, "Save").click();
  await text(page, "Set “billing”. Steps use it from now on.");
  const credentials = page.getByRole("table", { name: "Credentials" });
  await credentials.getByText("billing").waitFor();

  await page.reload();
  await page.getByRole("link", { name: "Set again: billing" }).click();
  const again = page.getByRole("complementary", { name: "Set again: billing" });
  expect(await again.getByLabel("Secret").inputValue()).toBe("");
  expect(await page.content()).not.toContain(secret);
  expect((await Promise.all(bodies)).filter((body) => body.includes(secret))).toEqual([]);
  expect(bodies.length).toBeGreaterThan(5);

  await page.goto("/settings?set=variable");
  const variable = page.getByRole("complementary", { name: "Set variable" });
  await variable.getByLabel("Name").fill("limits");
  await variable.getByLabel("Value").fill('{ "perDay": 20 }');
  await button(variable, "Save").click();
  await page.getByRole("table", { name: "Variables" }).getByText('{"perDay":20}').waitFor();
  await button(page, "Erase: limits").click();
  await page.getByText('{"perDay":20}').waitFor({ state: "detached" });
  await button(page, "Undo").click();
  await page.getByText('{"perDay":20}').waitFor();

  await button(page, "Erase: billing").click();
  const asked = page.getByRole("alertdialog", { name: "Erase “billing”?" });
  await button(asked, "Erase").click();
  await text(page, "No credentials yet");
  expect(faults).toEqual([]);
});

test("every page keeps the rules of accessibility, policy and width, in both themes, at a desk and on a phone", async () => {
  const { client } = steward;
  await publish(client, "onboard", SHOWCASE);
  await publish(client, "approval", APPROVAL);
  await publish(client, "charge", CHARGE);
  await client.putFlow({ slug: "broken", body: { ...CHARGE, name: "Broken", steps: [{ id: "a", kind: "nope" }] } });
  await client.putCredential({ slug: "mail", body: { kind: "bearer", secret: "s", hosts: ["mail.example.org"] } });
  sink.cut("/charges");
  const [failed, waiting, doubtful] = await Promise.all([start("onboard"), start("approval"), start("charge")]);
  await ended(failed.id);
  const [last] = (await Array.fromAsync(listAll(client.listSteps, { id: failed.id }))).toReversed();
  const pages: Readonly<Record<string, string>> = {
    "/flows": "Onboard customers",
    "/flows?search=nothing-like-it": "No flow matches",
    "/new-flow": "Start from an example",
    "/flows/onboard": "Webhook addresses",
    "/flows/onboard?panel=run": "It runs version",
    "/flows/onboard/file": "Saving changes the draft only",
    "/flows/broken": "1 problem in the draft",
    "/flows/broken/file": "1 problem in the draft",
    "/runs": "approval",
    "/runs?status=queued": "No run matches these filters",
    [`/runs/${failed.id}?step=${last!.seq}`]: "failed_on_purpose",
    [`/runs/${waiting.id}`]: "It waits for the event",
    [`/runs/${doubtful.id}`]: "It was done",
    "/settings": "mail.example.org",
    "/settings?set=credential": "Never shown again",
    "/settings?set=variable": "A text without quotes",
    "/nowhere": "Nothing is here",
  };
  const [desk, phone] = [await member(), await member()];
  await phone.page.setViewportSize({ width: 390, height: 780 });
  const found: string[] = [];
  const look = async ({ page }: Watched, address: string, words: string): Promise<void> => {
    await page.goto(address);
    await page.getByText(words).first().waitFor({ state: "attached" });
    // Colours are the same at every width: on the phone one theme is enough.
    for (const colorScheme of page === desk.page ? (["light", "dark"] as const) : (["dark"] as const)) {
      await page.emulateMedia({ colorScheme });
      const wide = await sidewaysPx(page);
      const all = [...(await accessibilityFaults(page)), ...(wide > 0 ? [`${wide} px too wide`] : [])];
      found.push(...all.map((fault) => `${address} ${page.viewportSize()?.width} ${colorScheme}: ${fault}`));
    }
  };
  const lookAtAll = async (watched: Watched): Promise<void> => {
    for (const [address, words] of Object.entries(pages)) await look(watched, address, words);
    expect(watched.faults).toEqual([]);
    await watched.context.clearCookies();
    await look(watched, "/flows", "Sign in with your organization");
    await look(watched, "/sign-up", "An invitation is needed");
    // A browser tells of every refusal in its console; there must be nothing else.
    expect(watched.faults.filter((fault) => !/status of 401 .*\/v1\//.test(fault))).toEqual([]);
  };
  await Promise.all([lookAtAll(desk), lookAtAll(phone)]);
  expect(found).toEqual([]);
}, 120_000);

test("the theme a person chooses holds over the system's and is there before the first paint", async () => {
  const { page, faults } = await member();
  const colour = (): Promise<unknown> => page.evaluate("getComputedStyle(document.documentElement).backgroundColor");
  const light = await colour();
  await page.getByRole("radio", { name: "Dark" }).check();
  expect(await colour()).not.toBe(light);
  await page.reload({ waitUntil: "commit" });
  await expect.poll(() => page.evaluate("document.documentElement.dataset.theme")).toBe("dark");
  await page.getByRole("radio", { name: "System" }).check();
  expect(await colour()).toBe(light);
  expect(faults).toEqual([]);
});

test("from the entry to a run and its cancel by keyboard alone, the focus always seen", async () => {
  await publish(steward.client, "approval", APPROVAL);
  const { page, faults } = await stranger();
  const { keyboard } = page;
  const tabTo = async (name: string): Promise<void> => {
    for (let stops = 0; stops < 60; stops++) {
      await keyboard.press("Tab");
      const at = await focused(page);
      if (at.name !== "") expect(at).toMatchObject({ visible: true });
      if (at.name === name) return;
    }
    throw new Error(`Tab never came to ${name}`);
  };
  await page.goto(await link());
  await text(page, "Approval");
  await keyboard.press("Tab");
  expect(await focused(page)).toEqual({ name: "Skip to the content", visible: true });
  await keyboard.press("Enter");

  await keyboard.press("j");
  expect(await focused(page)).toEqual({ name: "Approval", visible: true });
  await keyboard.press("j");
  expect(await focused(page)).not.toMatchObject({ name: "Approval" });
  await keyboard.press("k");
  await keyboard.press("Enter");
  await page.waitForURL("/flows/approval");
  await text(page, "Runs of this flow");
  await tabTo("Run…");
  await keyboard.press("Enter");
  await page.getByRole("textbox", { name: "Input" }).waitFor();
  expect(await focused(page)).toMatchObject({ name: "Input", visible: true });
  await keyboard.press("Control+a");
  await keyboard.type('{ "amount": 5 }');
  await keyboard.press("Control+Enter");

  await onRun(page);
  await text(page, /^Waiting for the event/);
  const { pathname } = new URL(page.url());
  expect(await steward.client.getRun({ id: runOf(page) })).toMatchObject({ input: { body: { amount: 5 } } });
  await row(page, /^ask, Done/).waitFor();
  await keyboard.press("j");
  expect(await focused(page)).toMatchObject({ name: expect.stringMatching(/^ask, Done/), visible: true });
  await keyboard.press("Enter");
  await page.getByRole("complementary", { name: "Step ask" }).waitFor();
  await keyboard.press("j");
  await page.getByRole("complementary", { name: "Step Wait for the approval" }).waitFor();
  await keyboard.press("?");
  const shortcuts = page.getByRole("dialog", { name: "Shortcuts" });
  await shortcuts.getByText("Next row").waitFor();
  await keyboard.press("Escape");
  await shortcuts.waitFor({ state: "detached" });
  await keyboard.press("Escape");
  await page.getByRole("complementary").waitFor({ state: "detached" });

  await keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Go to or do" }).waitFor();
  await keyboard.type("runs");
  await keyboard.press("Enter");
  await page.waitForURL("/runs");
  await row(page, /./).waitFor({ state: "detached" });
  await page.getByRole("table", { name: "Runs" }).waitFor();
  await keyboard.press("j");
  expect(await focused(page)).toMatchObject({ name: expect.stringMatching(/^Waiting, approval/), visible: true });
  await keyboard.press("Enter");
  await page.waitForURL(`**${pathname}`);
  await button(page, "Cancel run").waitFor();
  await tabTo("Cancel run");
  await keyboard.press("Enter");
  await text(page, /^Cancelled after/);
  expect(faults).toEqual([]);
});

test("markup, scripts and addresses in names, notes and data are shown as text and run nothing", async () => {
  const { client } = steward;
  await publish(client, "hostile", HOSTILE);
  const { page, faults } = await member();
  const { id } = await start("hostile", { [MARKUP]: LINK });
  await ended(id);
  const first = (await client.listSteps({ id })).items[0]!;
  const shown: Readonly<Record<string, readonly string[]>> = {
    "/flows": [`${MARKUP} [U+202E]txt.exe`],
    "/flows/hostile": [`${MARKUP} [U+202E]txt.exe`],
    "/flows/hostile?panel=run": [`Run ${MARKUP} [U+202E]txt.exe`],
    [`/runs/${id}?step=${first.seq}`]: [
      MARKUP,
      `"${LINK.replaceAll('"', String.raw`\"`)}"`,
      String.raw`"a\u202Eb"`,
      "[U+202E]<svg",
    ],
  };
  for (const [address, words] of Object.entries(shown)) {
    await page.goto(address);
    for (const one of words) await page.getByText(one).first().waitFor();
    expect(
      await page.locator("a[href^='javascript:' i], img:not([src='/icon.svg']), svg[onload], body script").count(),
    ).toBe(0);
    expect((await page.innerText("body")).match(/[\u202A-\u202E\u2066-\u2069]/g)).toBe(null);
    expect(await page.title()).toMatch(/ · Steward$/);
    expect(await page.title()).not.toBe("owned");
  }
  await page.goto("/flows/hostile/file");
  await page.getByRole("textbox", { name: "Flow file" }).waitFor();
  expect(await page.title()).not.toBe("owned");

  const { webhooks } = await client.getFlow({ slug: "hostile" });
  const reply = await page.goto(webhooks[0]!.url);
  expect(reply?.headers()).toMatchObject({ "content-type": "text/html", "content-security-policy": "sandbox" });
  await text(page, "reply");
  expect(await page.title()).toBe("");
  expect(await page.evaluate("origin")).toBe("null");
  // The sandbox says what it did not run; everything before it was silent.
  expect(faults.filter((fault) => !/sandbox|\/webhooks\/|\/favicon\.ico/.test(fault))).toEqual([]);
});
