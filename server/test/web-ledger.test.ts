/** The ledger of what left, a run's approval and effects where it is read, imported connectors: in a browser, on the whole program. */
import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { LLMock } from "@copilotkit/aimock";
import { type FlowFileInput, type Run, isTerminal } from "@steward/sdk";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { accessibilityFaults, focused, noBrowser, openBrowser, openPage, sidewaysPx, type Watched } from "./browser.ts";
import { startSteward, type TestSteward } from "./start-steward.ts";

const PAGE = path.resolve(import.meta.dirname, "../../web/dist/index.html");
const ADA = "ada@northwind.test";
const PASSWORD = "correct horse battery";
const DOCUMENT = readFileSync(path.join(import.meta.dirname, "openapi/stripe.json"));

let steward: TestSteward;
let browser: Browser;
let mock: LLMock;
let sink: Server;
let sinkUrl: string;
const opened: Watched[] = [];

const ANSWER: FlowFileInput = {
  format: 1,
  name: "Answer a letter",
  triggers: [{ id: "start", kind: "manual" }],
  steps: [
    {
      id: "draft",
      kind: "model",
      name: "Draft the answer",
      input: {
        connection: "brain",
        model: "llama3.3:70b",
        instructions: "Answer kindly.",
        prompt: "Where is my order?",
      },
      next: ["allow"],
    },
    {
      id: "allow",
      kind: "approval",
      name: "Ask Ada",
      input: {
        message: "May this answer be sent?",
        to: ["role:owner"],
        show: { answer: "{{ steps.draft.text }}", to: "bob@example.com" },
      },
      next: { approved: ["send"] },
    },
    {
      id: "send",
      kind: "http",
      name: "Send it",
      input: { method: "POST", url: "{{ vars.sinkUrl }}/letters", body: { text: "{{ steps.draft.text }}" } },
    },
  ],
};

const STRAY: FlowFileInput = {
  format: 1,
  name: "Stray",
  triggers: [{ id: "start", kind: "manual" }],
  steps: [{ id: "call", kind: "http", input: { method: "GET", url: "http://10.1.2.3/secrets" } }],
};

beforeAll(async () => {
  if (noBrowser !== null) return;
  if (!existsSync(PAGE)) throw new Error("the page is not built: npm test builds it first");
  mock = new LLMock({ port: 0 });
  mock.onMessage("Where is my order?", { content: "Dear Bob, it left the house yesterday." });
  await mock.start();
  sink = createServer((_request, answer) => answer.end("{}"));
  await new Promise<void>((resolve) => void sink.listen(0, "127.0.0.1", resolve));
  sinkUrl = `http://127.0.0.1:${(sink.address() as AddressInfo).port}`;
  steward = await startSteward({
    STEWARD_HOST: "localhost",
    STEWARD_OWNER_EMAIL: ADA,
    STEWARD_OWNER_PASSWORD: PASSWORD,
    STEWARD_EGRESS_ALLOW: "127.0.0.1",
  });
  browser = await openBrowser();
  const { client } = steward;
  await client.putVariable({ name: "sinkUrl", body: { value: sinkUrl } });
  await client.createConnection({
    body: { connector: "openai_compatible", slug: "brain", address: `${mock.url}/v1`, secret: { apiKey: "sk-test" } },
  });
  for (const [slug, file] of [
    ["answer", ANSWER],
    ["stray", STRAY],
  ] as const) {
    await client.putFlow({ slug, body: file });
    await client.publishFlow({ slug });
  }
  await client.giveGrant({
    body: { to: "flow:answer", connection: "brain", lines: [{ actions: ["model.generate"] }] },
  });
}, 120_000);
beforeEach(({ skip }) => skip(noBrowser !== null, noBrowser ?? ""));
afterEach(async () => {
  for (const { context } of opened.splice(0)) await context.close();
});
afterAll(async () => {
  await browser?.close();
  await steward?.close();
  await mock?.stop();
  sink?.close();
});

const button = (within: Page | Locator, name: string): Locator => within.getByRole("button", { name, exact: true });
const link = (within: Page | Locator, name: string | RegExp): Locator =>
  within.getByRole("link", typeof name === "string" ? { name, exact: true } : { name });
const panel = (page: Page, name: string | RegExp): Locator => page.getByRole("complementary", { name });

/** Waits until it says so; when it doesn't, the failure says what it says instead. */
async function text(within: Page | Locator, words: string | RegExp): Promise<void> {
  try {
    await within.getByText(words).first().waitFor();
  } catch {
    const said = await within.locator(":scope").first().innerText();
    throw new Error(`it never said ${String(words)}, but:\n${said}`);
  }
}

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

/** No fault of accessibility in either theme, and nothing wider than the window. */
async function looksWell({ page }: Watched): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await accessibilityFaults(page)).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: "light" });
  expect(await sidewaysPx(page)).toBe(0);
}

async function start(slug: string): Promise<Run> {
  return await steward.client.startRun({ slug, body: { wait: 20 } });
}

/** A run that has come as far as its question. */
async function asking(): Promise<string> {
  const { id } = await steward.client.startRun({ slug: "answer", body: {} });
  await expect.poll(async () => (await steward.client.getRun({ id })).status, { timeout: 20_000 }).toBe("waiting");
  return id;
}

async function ended(id: string): Promise<Run> {
  await expect
    .poll(async () => isTerminal((await steward.client.getRun({ id })).status), { timeout: 20_000 })
    .toBe(true);
  return await steward.client.getRun({ id });
}

test("a run's approval is decided where the run is read, with what a model wrote of it marked, and the rail counts it", async () => {
  const id = await asking();
  const watched = await signIn();
  const { page, faults } = watched;
  await link(page, /Approvals.*1 waits for you/).waitFor();
  await page.goto(`/runs/${id}`);
  const card = page.getByRole("region", { name: "“Ask Ada” waits for an approval" });
  await text(card, "May this answer be sent?");
  await text(card, "Dear Bob, it left the house yesterday.");
  await text(card, "A model wrote, in part or whole: answer");
  await looksWell(watched);
  await card.getByLabel("Note").fill("Kind enough");
  await button(card, "Approve").focus();
  expect((await focused(page)).visible).toBe(true);
  await page.keyboard.press("Enter");
  await text(page, "Approved.");
  expect((await ended(id)).status).toBe("completed");
  await link(page, /^Approvals$/).waitFor();

  await link(page, /Draft the answer/).click();
  const draft = panel(page, "Step Draft the answer");
  const facts = draft.getByRole("region", { name: "Written by llama3.3:70b" });
  await text(facts, /\d+ in, \d+ out/);
  await text(draft, "Written by a model.");
  const reached = draft.getByRole("region", { name: "What it reached" });
  await text(reached, "model.generate");
  await link(reached, "brain").waitFor();
  await link(reached, /line 1$/).waitFor();
  await looksWell(watched);
  await page.keyboard.press("Escape");
  await link(page, /Ask Ada/).click();
  await text(panel(page, "Step Ask Ada"), "The approval that it asked for");
  await text(panel(page, "Step Ask Ada"), "Kind enough");
  await page.keyboard.press("Escape");
  await link(page, /Send it/).click();
  const sent = panel(page, "Step Send it");
  await text(sent, "A model wrote, in part or whole: body");
  await link(sent, "All that this run reached").click();
  await page.waitForURL(/\/connections\/outbound\?cause=/);
  await link(page, /^127\.0\.0\.1$/)
    .first()
    .waitFor();
  expect(await link(page, /^127\.0\.0\.1$/).count()).toBe(2);
  expect(faults).toEqual([]);
});

test("the ledger shows every host that was reached and refused, found by host and filter, and leads to the run", async () => {
  const stray = await start("stray");
  const watched = await signIn();
  const { page, faults } = watched;
  await link(page, "Connections").click();
  await link(page, "Outbound").click();
  await text(page, "10.1.2.3");
  await text(page, /Refused: the host is not on the public internet/);
  await looksWell(watched);
  await link(page, "Refused").click();
  await expect.poll(() => page.getByRole("row").count(), { timeout: 10_000 }).toBe(2);
  await page.getByLabel("Host or domain").fill("nowhere.example");
  await text(page, "Nothing fits these filters");
  await button(page, "Show everything").click();
  await text(page, "10.1.2.3");
  const form = page.getByRole("form", { name: "Add a filter" });
  await form.getByLabel("Value").fill("stray");
  await page.keyboard.press("Enter");
  await button(page, "Remove the filter Flow").waitFor();
  await expect.poll(() => page.getByRole("row").count(), { timeout: 10_000 }).toBe(2);
  await page.mouse.click(700, 600);
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.waitForURL(new RegExp(`/runs/${stray.id}`));
  expect(faults).toEqual([]);

  const phone = await signIn({ width: 390, height: 844 });
  await phone.page.goto("/connections/outbound");
  await text(phone.page, "10.1.2.3");
  // What was done, and by what, where there is no room for columns of their own.
  await phone.page
    .getByText(/^http\.request, .*\bstray\b/i)
    .first()
    .waitFor();
  await looksWell(phone);
  expect(phone.faults).toEqual([]);
});

test("an OpenAPI document becomes a connector on the page: its actions are found, what was left out is told, and it is deleted", async () => {
  const watched = await signIn();
  const { page, faults } = watched;
  await page.goto("/connections/imported");
  await text(page, "Nothing has been imported");
  await link(page, "Import the first").click();
  const form = panel(page, "Import an OpenAPI document");
  await button(form, "Import").click();
  await text(form, "Use 1 to 31 of a-z");
  await text(form, "Choose a file.");
  await form.getByLabel("Id").fill("pay");
  await form.getByText("An address", { exact: true }).click();
  await form.getByRole("textbox", { name: "Address" }).fill("http://10.1.2.3/openapi.json");
  await button(form, "Import").click();
  await text(form, /could not be had from there/);
  await looksWell(watched);
  await form.getByText("A file", { exact: true }).click();
  await form
    .getByLabel("File", { exact: true })
    .setInputFiles({ name: "openapi.json", mimeType: "application/json", buffer: DOCUMENT });
  await button(form, "Import").click();
  await text(page, "Imported Stripe API: 3 actions.");
  const one = panel(page, "Stripe API");
  await text(one, "3 actions");
  await one.getByLabel("Search its actions").fill("refund");
  await text(one, "1 of 3 actions");
  await one.getByText("1 operation left out").click();
  await text(one, "it takes multipart/form-data");
  await looksWell(watched);
  await button(one, "Delete").click();
  await button(page.getByRole("alertdialog"), "Delete").click();
  await text(page, "Deleted.");
  await text(page, "Nothing has been imported");
  expect(faults.filter((fault) => !/ 4\d\d /.test(fault))).toEqual([]);

  const phone = await signIn({ width: 390, height: 844 });
  await phone.page.goto("/connections/imported?connector=new");
  await text(phone.page, "What the document does not say");
  await looksWell(phone);
});

test("a limit of the organization tells its versions, and members are approvers by their names", async () => {
  const { organizationId: organization } = await steward.client.me();
  const limit = await steward.client.setOrganizationLimit({
    organization,
    body: { lines: [{ actions: ["gmail.send"], rate: [{ times: 50, per: "day" }] }] },
  });
  await steward.client.changeOrganizationLimit({
    organization,
    id: limit.id,
    body: { version: 1, form: { lines: [{ actions: ["gmail.send"], rate: [{ times: 10, per: "day" }] }] } },
  });
  const watched = await signIn();
  const { page, faults } = watched;
  await page.goto(`/grants/limits?limit=${limit.id}`);
  const versions = page.getByRole("region", { name: "Versions" });
  await text(versions, "Version 2");
  await text(versions, /Narrower/);
  await looksWell(watched);
  expect(faults).toEqual([]);
});

test("the inbox on a phone shows what waits and lets it be decided", async () => {
  const id = await asking();
  const phone = await signIn({ width: 390, height: 844 });
  const { page, faults } = phone;
  await link(page, /Approvals.*waits? for you/).click();
  await page.getByRole("row").nth(1).waitFor();
  await looksWell(phone);
  await page.getByRole("row").nth(1).getByRole("link").click();
  await text(page, "May this answer be sent?");
  await looksWell(phone);
  for (const verb of ["Approve", "Reject"])
    expect((await button(page, verb).boundingBox())?.height).toBeGreaterThanOrEqual(44);
  await button(page, "Reject").click();
  await text(page, "Rejected. It is not done.");
  await ended(id);
  await page.goto(`/runs/${id}`);
  await text(page, "Ask Ada");
  await looksWell(phone);
  expect(faults).toEqual([]);
});
