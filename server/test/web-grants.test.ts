/** Connections, grants, limits, the simulator, approvals and budgets in a browser, on the whole program. */
import { existsSync } from "node:fs";
import path from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { accessibilityFaults, focused, noBrowser, openBrowser, openPage, sidewaysPx, type Watched } from "./browser.ts";
import { startSteward, type TestSteward } from "./start-steward.ts";
import type { FlowFileInput } from "@steward/sdk";
import { APPROVAL } from "./web-flows.ts";

const PAGE = path.resolve(import.meta.dirname, "../../web/dist/index.html");
const ADA = "ada@northwind.test";
const PASSWORD = "correct horse battery";

let steward: TestSteward;
let browser: Browser;
const opened: Watched[] = [];

beforeAll(async () => {
  if (noBrowser !== null) return;
  if (!existsSync(PAGE)) throw new Error("the page is not built: npm test builds it first");
  steward = await startSteward({
    STEWARD_HOST: "localhost",
    STEWARD_OWNER_EMAIL: ADA,
    STEWARD_OWNER_PASSWORD: PASSWORD,
  });
  browser = await openBrowser();
  await steward.client.putFlow({ slug: "refund-mail", body: { ...APPROVAL, name: "Refund mail" } });
}, 120_000);
beforeEach(({ skip }) => skip(noBrowser !== null, noBrowser ?? ""));
afterEach(async () => {
  for (const { context } of opened.splice(0)) await context.close();
});
afterAll(async () => {
  await browser?.close();
  await steward?.close();
});

const button = (within: Page | Locator, name: string): Locator => within.getByRole("button", { name, exact: true });
const link = (within: Page | Locator, name: string | RegExp): Locator =>
  within.getByRole("link", typeof name === "string" ? { name, exact: true } : { name });
const panel = (page: Page, name: string | RegExp): Locator => page.getByRole("complementary", { name });

/** Waits until the page says so; when it doesn't, the failure says what it says instead. */
async function text(page: Page, words: string | RegExp): Promise<void> {
  try {
    await page.getByText(words).first().waitFor();
  } catch {
    throw new Error(`${page.url()} never said ${String(words)}, but:\n${await page.innerText("body")}`);
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

/** A credential, which comes with its grant. */
async function credential(slug: string): Promise<void> {
  await steward.client.putCredential({
    slug,
    body: { kind: "bearer", secret: "s3cret-of-the-shop", hosts: ["api.shop.test"] },
  });
}

test("the grant of a credential is read as a sentence, narrowed in the form, read as JSON, and told by its versions", async () => {
  await credential("shop");
  const { page, faults } = await signIn();
  await link(page, "Grants").click();
  await link(page, /Every flow of the project may .*the credential shop/i).click();
  const one = panel(page, "Grant");
  await button(one, "Change").click();
  await one.getByLabel("Who may").selectOption({ label: "Flow Refund mail" });
  await button(one, "Add a condition").click();
  const condition = one.getByRole("group", { name: "Condition 1 of line 1" });
  await condition.getByLabel("Field").fill("adress");
  await condition.getByLabel("Must be").selectOption("domains");
  await condition.getByLabel("Value").fill("shop.test\n*.shop.test");
  await button(one, "Save").click();
  // Its own row says what is wrong with it, and what was typed stays.
  await condition.getByRole("alert").waitFor();
  expect(await condition.getByRole("alert").innerText()).toContain("adress");
  expect(await condition.getByLabel("Value").inputValue()).toBe("shop.test\n*.shop.test");
  await condition.getByLabel("Field").fill("url");

  await button(one, "JSON").click();
  const json = one.getByLabel("As JSON");
  const form = JSON.parse(await json.inputValue()) as { to: string; lines: { when: unknown[] }[] };
  expect(form.to).toBe("flow:refund-mail");
  expect(form.lines[0]?.when).toEqual([{ field: "url", domains: ["shop.test", "*.shop.test"] }]);
  await json.fill(JSON.stringify({ ...form, note: 5 }));
  await button(one, "Form").click();
  await text(page, "Mend this before it can be shown as a form:");
  await json.fill(JSON.stringify({ ...form, note: "Refunds only" }));
  await button(one, "Form").click();
  expect(await one.getByLabel("Why").inputValue()).toBe("Refunds only");
  await button(one, "Save").click();
  await text(page, "Saved. It counts from now on.");
  await text(page, "Refunds only");
  const versions = one.getByRole("region", { name: "Versions" });
  await versions.getByText("Version 2").waitFor();
  await versions
    .getByText(/Narrower|Changed|Removed/)
    .first()
    .waitFor();
  expect((await steward.client.listGrants({ credential: "shop" })).items[0]?.form.to).toBe("flow:refund-mail");
  expect(faults.filter((fault) => !/400|422/.test(fault))).toEqual([]);
});

test("the simulator says which line decides, and what is wrong with an argument beside it", async () => {
  const { page, faults } = await signIn();
  await page.goto("/grants");
  await link(page, /Refund mail/).click();
  await link(panel(page, "Grant"), "Try it in the simulator").click();
  await page.getByLabel("url").fill("not an address");
  await button(page, "Try it").click();
  await text(page, "give an absolute http or https URL");
  await page.getByLabel("url").fill("https://api.shop.test/refunds");
  await button(page, "Try it").click();
  const result = page.getByRole("status", { name: "What would be decided" });
  await result.getByText("It would be allowed").waitFor();
  await link(result, "Grant").waitFor();
  await page.getByLabel("url").fill("https://evil.test/");
  await button(page, "Try it").click();
  await text(page, "It would be refused");
  await page.getByLabel("Who would do it").selectOption("project");
  await page.getByLabel("url").fill("https://api.shop.test/refunds");
  await button(page, "Try it").click();
  await result.getByText("It would be refused").waitFor();
  expect(faults.filter((fault) => !/400|422/.test(fault))).toEqual([]);
});

test("a limit takes away what a grant gave, until it is ended", async () => {
  const { page, faults } = await signIn();
  await page.goto("/grants/limits");
  await text(page, "No limits yet");
  await button(page, "New limit").first().click();
  await page.getByRole("menuitem", { name: "New limit", exact: true }).click();
  const fresh = panel(page, "New limit");
  await fresh.getByLabel("Refuse altogether what the lines name").check();
  await fresh.getByLabel("Everything that deletes").check();
  await fresh.getByLabel("Why").fill("Nobody deletes at night");
  await button(fresh, "Set limit").click();
  await text(page, /Nobody may delete\./i);
  await text(page, "Nobody deletes at night");

  await page.goto("/grants/simulator?principal=flow%3Arefund-mail&credential=shop");
  await page.getByLabel("method").selectOption("DELETE");
  await page.getByLabel("url").fill("https://api.shop.test/refunds/1");
  await button(page, "Try it").click();
  await text(page, "It would be refused");
  await link(page.getByRole("status", { name: "What would be decided" }), "Limit").click();
  await button(panel(page, "Limit"), "End").click();
  await button(page.getByRole("alertdialog"), "End").click();
  await text(page, "No limits yet");
  expect(faults).toEqual([]);
});

test("a grant with an approval is given by hand, and a revoke says what it stopped", async () => {
  await credential("orders");
  const { page, faults } = await signIn();
  await page.goto("/grants");
  await link(page, "New grant").first().click();
  const fresh = panel(page, "New grant");
  await button(fresh, "Give grant").click();
  await fresh.getByRole("alert").first().waitFor();
  // The button stands far below what is missing.
  await expect.poll(async () => (await focused(page)).name).toMatch(/^Everything/);
  await fresh.getByLabel("With").selectOption("credential:orders");
  await fresh.getByLabel("Send an HTTP request").check();
  await button(fresh, "Add a rate").click();
  await fresh.getByRole("group", { name: "Rate 1 of line 1" }).getByLabel("Times").fill("3");
  await fresh.getByLabel("A person must approve").check();
  await fresh.getByLabel("When").selectOption("tainted");
  await fresh.getByLabel("Approvers").selectOption({ label: "Whoever is Owner" });
  await button(fresh, "Give grant").click();
  await text(page, "Given. It counts from now on.");
  const one = panel(page, "Grant");
  await one
    .getByText(/at most 3 times a day.*must approve/i)
    .first()
    .waitFor();
  await button(one, "Revoke").click();
  await button(page.getByRole("alertdialog"), "Revoke").click();
  await text(page, "What that stopped");
  await text(page, "Nothing was on its way.");
  await page.goto("/grants");
  await page.getByLabel("Show those that are over").check();
  await text(page, "Over");
  await link(page, /at most 3 times a day/i).click();
  await button(one, "Give it again").click();
  await button(one, "Give grant").click();
  await text(page, "In force");
  await one
    .getByText(/at most 3 times a day.*must approve/i)
    .first()
    .waitFor();
  expect(faults.filter((fault) => !/400|422/.test(fault))).toEqual([]);
});

test("a budget is set, shown with what is left, changed and ended", async () => {
  const { page, faults } = await signIn();
  await link(page, "Budgets").click();
  await page.goto("/budgets?budget=new");
  const fresh = panel(page, "New budget");
  await fresh.getByLabel("What is capped").selectOption("calls");
  await fresh.getByLabel("At most").fill("1.5");
  await button(fresh, "Set budget").click();
  await text(page, "tokens and calls are whole");
  await fresh.getByLabel("At most").fill("100");
  await button(fresh, "Set budget").click();
  await text(page, "Set. It counts from now on.");
  await page.getByRole("img", { name: "0 calls spent, 0 calls reserved, 100 calls left" }).first().waitFor();
  await link(page, "This project").click();
  const one = panel(page, "Budget: This project");
  await one.getByLabel("At most").fill("250");
  await button(one, "Save").click();
  await text(page, "Saved. It counts from now on.");
  await text(page, "250 calls left");
  await button(one, "End").click();
  await button(page.getByRole("alertdialog"), "End").click();
  await text(page, "Ended.");
  expect(faults.filter((fault) => !/400|422/.test(fault))).toEqual([]);
});

/** Asks whoever is an owner whether an order may be refunded. */
const REFUND: FlowFileInput = {
  format: 1,
  name: "Refund",
  triggers: [{ id: "start", kind: "manual" }],
  steps: [
    {
      id: "ask",
      kind: "approval",
      input: {
        message: "May order {{ trigger.body.order }} be refunded?",
        to: ["role:owner"],
        expiresHours: 2,
        show: "{{ trigger.body.amount }}",
      },
      next: { approved: ["paid"], rejected: ["kept"], expired: ["kept"] },
    },
    { id: "paid", kind: "set", input: { paid: true } },
    { id: "kept", kind: "set", input: { paid: false } },
  ],
};

async function ask(order: string): Promise<string> {
  const { id } = await steward.client.startRun({ slug: "refund", body: { input: { order, amount: 42 } } });
  return id;
}

async function ended(id: string): Promise<string> {
  const status = async () => (await steward.client.getRun({ id })).status;
  await expect.poll(status, { timeout: 10_000 }).toBe("completed");
  return JSON.stringify((await steward.client.getRun({ id })).output);
}

test("what waits for a person is read with its arguments, approved at a desk and rejected on a phone", async () => {
  await steward.client.putFlow({ slug: "refund", body: REFUND });
  await steward.client.publishFlow({ slug: "refund" });
  const first = await ask("A-1");
  const { page, faults } = await signIn();
  await link(page, /^Approvals/).click();
  await page.getByRole("table", { name: "Approvals" }).getByRole("link").first().click();
  const one = panel(page, "May order A-1 be refunded?");
  await one.getByText("May order A-1 be refunded?").first().waitFor();
  await one.getByText(/Expires in (?:2 h|1 h \d+ min), at/).waitFor();
  await one.getByText("42", { exact: true }).waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await one.getByLabel("Note").fill("Looks right");
  await button(one, "Approve").click();
  await text(page, "Approved.");
  await one.getByRole("region", { name: "Who decided" }).getByText("Looks right").waitFor();
  expect(await ended(first)).toContain("true");

  const second = await ask("B-2");
  const phone = await signIn({ width: 390, height: 844 });
  await phone.page.goto("/approvals");
  await phone.page.getByRole("table", { name: "Approvals" }).getByRole("link").first().click();
  await phone.page.getByText("May order B-2 be refunded?").first().waitFor();
  expect(await sidewaysPx(phone.page)).toBe(0);
  expect(await accessibilityFaults(phone.page)).toEqual([]);
  await button(phone.page, "Reject").click();
  await text(phone.page, "Rejected. It is not done.");
  expect(await ended(second)).toContain("false");
  await phone.page.goto("/approvals");
  await text(phone.page, "Nothing waits for you");
  await phone.page.goto("/approvals?view=all");
  await phone.page.getByRole("row", { name: /Rejected/ }).waitFor();
  expect([...faults, ...phone.faults]).toEqual([]);
});

async function approvalLinks(): Promise<string[]> {
  const { items } = await steward.client.listMail({ limit: 50 });
  const links = items.filter(({ content }) => content?.to === ADA).flatMap(({ content }) => content?.links ?? []);
  return links.filter((one) => one.includes("/approve#"));
}

test("the link of a mail shows what it asks before it decides, and works once", async () => {
  const before = await approvalLinks();
  const run = await ask("C-3");
  const fresh = async () => (await approvalLinks()).filter((one) => !before.includes(one));
  await expect.poll(fresh, { timeout: 10_000 }).toHaveLength(1);
  const [address = ""] = await fresh();
  const watched = await openPage(browser, steward.address, { width: 390, height: 844 });
  opened.push(watched);
  const { page, faults } = watched;
  await page.goto(address.replace("#", "/")); // as mails of earlier programs have it
  await text(page, "May order C-3 be refunded?");
  expect(page.url()).toBe(address);
  await page.goto("/sign-in");
  await page.goto(address);
  await text(page, "May order C-3 be refunded?");
  expect(await accessibilityFaults(page)).toEqual([]);
  expect(await sidewaysPx(page)).toBe(0);
  expect((await steward.client.getRun({ id: run })).status).toBe("waiting");
  await button(page, "Approve").click();
  await text(page, "You approved it.");
  expect(await ended(run)).toContain("true");
  await page.goto("/sign-in");
  await page.goto(address);
  await text(page, /This link no longer works|Approved/);
  expect(await button(page, "Approve").count()).toBe(0);
  expect(faults.filter((fault) => !/40[0-9]|410/.test(fault))).toEqual([]);
});

test("what a provider will ask for is said before anybody is sent there, and a disconnect leaves a receipt", async () => {
  const { page, faults } = await signIn();
  await link(page, "Connections").click();
  await text(page, "Nothing is connected yet");
  await link(page, "Catalogue").click();
  await page.getByLabel("Search providers and actions").fill("gmail");
  await link(page, "Gmail").click();
  const one = panel(page, "Connect Gmail");
  await text(page, "There is no OAuth client to ask with yet.");
  await one.getByText(/\/oauth\/callback$/).waitFor();
  await one.getByLabel("Client id").fill("1234.apps.test");
  await one.getByLabel("Client secret").fill("s3cret-of-the-client");
  await button(one, "Save client").click();
  await text(page, "Set: 1234.apps.test");
  await one.getByRole("textbox", { name: "Name" }).fill("shop mail");
  await button(one, "Go on").click();
  await text(page, "Use 1 to 63 of a-z");
  await one.getByRole("textbox", { name: "Name" }).fill("shop-mail");
  await one.getByRole("checkbox", { name: /gmail\.send\b/ }).check();
  await button(one, "Go on").click();
  const asked = one.getByRole("region", { name: "What the provider will ask you for" });
  await asked.getByText("for gmail.send").waitFor();
  const away = await link(asked, "Go on to Gmail").getAttribute("href");
  expect(new URL(away ?? "").searchParams.get("client_id")).toBe("1234.apps.test");
  expect(new URL(away ?? "").searchParams.get("redirect_uri")).toMatch(/\/oauth\/callback$/);
  expect(await page.content()).not.toContain("s3cret-of-the-client");

  await page.goto("/connections?open=shop-mail&problem=consent_denied");
  await text(page, "You said no at the provider. Nothing was connected.");
  await text(page, "Consent under way");
  await button(panel(page, "Connection shop-mail"), "Disconnect").click();
  const sure = page.getByRole("alertdialog");
  await sure.getByText(/No grant is on it\./).waitFor();
  await button(sure, "Disconnect").click();
  await panel(page, "Receipt: shop-mail").getByText("Erased here at once").waitFor();
  expect(faults).toEqual([]);
});

test("a connection begins with what a flow needs, asks by the client that was typed, and goes on with what was chosen", async () => {
  const { page, faults } = await signIn({ width: 390, height: 844 });
  await page.goto("/connections/catalogue?connector=github&slug=code&actions=github.create_comment,gmail.send");
  const one = panel(page, "Connect GitHub");
  const name = one.getByRole("textbox", { name: "Name" });
  const comment = /github\.create_comment\b/;
  expect([await name.inputValue(), await one.getByRole("checkbox", { name: comment }).isChecked()]).toEqual([
    "code",
    true,
  ]);
  await one.getByLabel("Client secret").fill("s3cret-of-the-client");
  await button(one, "Go on").click();
  await expect.poll(async () => (await focused(page)).name).toMatch(/^Client id/);
  await one.getByLabel("Client id").fill("Iv1.typed");
  await button(one, "Go on").click();
  const away = await link(one, "Go on to GitHub").getAttribute("href");
  expect(new URL(away ?? "").searchParams.get("client_id")).toBe("Iv1.typed");

  await page.goto("/connections?open=code");
  const open = panel(page, "Connection code");
  await button(open, "Go on connecting").click();
  expect(await open.getByRole("checkbox", { name: comment }).isChecked()).toBe(true);

  await page.goto("/connections/catalogue?connector=github&slug=code&actions=github.create_comment");
  await button(one, "Go on").click();
  await text(page, "There is a connection of that name already");
  await link(one, "Open code").click();
  await open.waitFor();
  await steward.client.disconnect({ slug: "code" });
  expect(faults.filter((fault) => !/409/.test(fault))).toEqual([]);
});

test("a service of one's own shows how its address is written, what to do before, and what can't be empty", async () => {
  const watched = await signIn({ width: 390, height: 844 });
  const { page, faults } = watched;
  await page.goto("/connections/catalogue?connector=smtp");
  const one = panel(page, /^Connect SMTP|^Connect .*mail/i);
  await one.getByRole("region", { name: "Before you connect it" }).waitFor();
  const address = one.getByLabel("Address of the service");
  expect(await address.getAttribute("placeholder")).toBe("smtps://mail.example.com:465");
  expect(await address.getAttribute("aria-required")).toBe("true");
  await button(one, "Connect").click();
  await expect.poll(async () => (await focused(page)).name).toMatch(/^Address of the service/);
  expect([await accessibilityFaults(page), await sidewaysPx(page), faults]).toEqual([[], 0, []]);
});

test("these pages keep the rules of accessibility, policy and width, in both themes, at a desk and on a phone", async () => {
  await credential("plain");
  const { items } = await steward.client.listGrants({ credential: "plain" });
  await steward.client.setBudget({
    body: { level: "project", unit: "money", currency: "EUR", period: "month", amount: 20 },
  });
  await steward.client.setLimit({ body: { lines: [{ actions: ["delete"] }], deny: true } });
  const pages: Readonly<Record<string, string>> = {
    "/grants": "the credential plain",
    "/grants?grant=new": "Add a condition",
    [`/grants?grant=${items[0]?.id}`]: "The first version.",
    "/grants/limits": "Nobody may delete",
    "/grants/limits?limit=new": "Whom it binds",
    "/grants/simulator?credential=plain": "Arguments",
    "/connections": "Accounts at providers",
    "/connections/catalogue?connector=gmail": "Your own OAuth client",
    "/connections/receipts": "What was disconnected",
    "/approvals?view=all": "What a run wants to do",
    "/budgets": "20.00 EUR",
    "/budgets?budget=new": "What is capped",
  };
  for (const size of [
    { width: 1360, height: 850 },
    { width: 390, height: 844 },
  ]) {
    const { page, faults } = await signIn(size);
    // Colours are the same at every width: on the phone one theme is enough.
    for (const colorScheme of size.width > 390 ? (["light", "dark"] as const) : (["dark"] as const)) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      for (const [address, words] of Object.entries(pages)) {
        await page.goto(address);
        await text(page, words);
        expect.soft(await accessibilityFaults(page), `${address} ${colorScheme} ${size.width}`).toEqual([]);
        expect.soft(await sidewaysPx(page), `${address} ${size.width}`).toBe(0);
      }
    }
    expect(faults).toEqual([]);
  }
}, 180_000);
