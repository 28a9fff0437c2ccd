/** Two people on the whole program, each in a browser of their own: who may do what, and what the page hides from whom. */
import { createHmac } from "node:crypto";
import { existsSync } from "node:fs";
import path from "node:path";
import { createClient } from "@steward/sdk";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { accessibilityFaults, noBrowser, openBrowser, openPage, sidewaysPx, type Watched } from "./browser.ts";
import { startSteward, type TestSteward } from "./start-steward.ts";
import { APPROVAL } from "./web-flows.ts";

const PAGE = path.resolve(import.meta.dirname, "../../web/dist/index.html");
const ADA = "ada@northwind.test";
const GRACE = "grace@northwind.test";
const PASSWORD = "correct horse battery";

let steward: TestSteward;
let browser: Browser;
const opened: Watched[] = [];

beforeAll(async () => {
  if (noBrowser !== null) return;
  if (!existsSync(PAGE)) throw new Error("the page is not built: npm test builds it first");
  // By a name, since browsers make passkeys for names only.
  steward = await startSteward({
    STEWARD_HOST: "localhost",
    STEWARD_OWNER_EMAIL: ADA,
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

async function stranger(size?: { width: number; height: number }): Promise<Watched> {
  const watched = await openPage(browser, steward.address, size);
  opened.push(watched);
  return watched;
}

const button = (within: Page | Locator, name: string): Locator => within.getByRole("button", { name, exact: true });
const link = (within: Page | Locator, name: string): Locator => within.getByRole("link", { name, exact: true });
async function tabs(page: Page): Promise<string[]> {
  const all = page.getByRole("navigation", { name: "Parts of the organization" }).getByRole("link");
  await all.first().waitFor();
  return await all.allTextContents();
}
const row = (page: Page, name: string | RegExp): Locator => page.getByRole("row", { name });

/** Waits until the page says so; when it doesn't, the failure says what it says instead. */
async function text(page: Page, words: string | RegExp): Promise<void> {
  try {
    await page.getByText(words).first().waitFor();
  } catch {
    throw new Error(`${page.url()} never said ${String(words)}, but:\n${await page.innerText("body")}`);
  }
}

async function signIn(email: string, size?: { width: number; height: number }): Promise<Watched> {
  const watched = await stranger(size);
  const { page } = watched;
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await button(page, "Sign in").click();
  await page.getByRole("navigation", { name: "Main" }).or(page.getByText("Your first project")).waitFor();
  return watched;
}

/** The link in the newest message to this address. */
async function mailed(to: string, part: string): Promise<string> {
  const found = async (): Promise<string | undefined> => {
    const { items } = await steward.client.listMail({ limit: 50 });
    const links = items.filter(({ content }) => content?.to === to).flatMap(({ content }) => content?.links ?? []);
    return links.find((one) => one.includes(part));
  };
  await expect.poll(found).toBeDefined();
  return (await found()) ?? "";
}

/** RFC 6238 with its usual six digits and thirty seconds. */
function codeOf(secret: string, nowMs = Date.now()): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = secret
    .split("")
    .map((one) => alphabet.indexOf(one).toString(2).padStart(5, "0"))
    .join("");
  const key = Buffer.from((bits.match(/[01]{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(nowMs / 30_000)));
  const mac = createHmac("sha1", key).update(counter).digest();
  const at = mac.at(-1)! & 15;
  return String((mac.readUInt32BE(at) & 0x7f_ff_ff_ff) % 1_000_000).padStart(6, "0");
}

test("an owner invites a colleague, who signs up by the link and sees only what a viewer may", async () => {
  const owner = await signIn(ADA);
  await owner.page.goto("/organization");
  await link(owner.page, "Invite").click();
  const panel = owner.page.getByRole("complementary", { name: "Invite" });
  await panel.getByLabel("E-mail").fill("not an address");
  await button(panel, "Send invitation").click();
  await text(owner.page, "This is not an e-mail address.");
  await panel.getByLabel("E-mail").fill(GRACE);
  await panel.getByLabel("Role").selectOption("viewer");
  await button(panel, "Send invitation").click();
  await text(owner.page, `The link for ${GRACE}`);
  const url = (await panel.locator("code").textContent()) ?? "";
  expect(url).toBe(await mailed(GRACE, "/invitation"));
  await owner.page.goto("/organization/invitations");
  await row(owner.page, new RegExp(`${GRACE}.*Viewer.*Open`)).waitFor();
  expect(owner.faults).toEqual([]);

  const { page, faults } = await stranger();
  await page.goto(url);
  await link(page, "Create an account").click();
  await page.getByLabel("Name").fill("Grace Hopper");
  expect(await page.getByLabel("E-mail").inputValue()).toBe(GRACE);
  await page.getByLabel("Password").fill(PASSWORD);
  await button(page, "Create account").click();
  await text(page, "Look into your mail");
  // A program that opens links, and runs what they load, uses none up.
  const scanner = await stranger();
  await scanner.page.goto(await mailed(GRACE, "/verify"));
  await button(scanner.page, "Confirm address").waitFor();
  await scanner.page.goto("/sign-in?error=sign_on&reason=removed");
  await text(scanner.page, "You were removed from the organization. Ask for an invitation.");
  expect(scanner.faults).toEqual([]);
  await page.goto(await mailed(GRACE, "/verify"));
  await button(page, "Confirm address").click();
  await text(page, "Your address is verified.");
  await page.goto(url);
  await link(page, "I have an account").click();
  expect(await page.getByLabel("E-mail").inputValue()).toBe(GRACE);
  await page.getByLabel("Password").fill(PASSWORD);
  await button(page, "Sign in").click();
  await button(page, "Join").click();
  await page.getByRole("navigation", { name: "Main" }).waitFor();

  await page.goto("/organization");
  await page.waitForURL(/\/organization\/projects/);
  expect(await tabs(page)).toEqual(["Roles", "Projects", "Support access", "General"]);
  expect(await link(page, "New project").count()).toBe(0);
  await link(page, "General").click();
  await text(page, "You lose access at once");
  expect(await page.getByLabel("Name").count()).toBe(0);
  expect(await button(page, "Rotate keys").count()).toBe(0);
  await link(page, "Settings").click();
  expect(await link(page, "API keys").count()).toBe(0);
  await page.goto("/audit");
  await text(page, /^It takes a role in .* lets you read, verify and export the audit log\./);
  await page.goto("/installation");
  await text(page, "Nothing is here");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Go to or do" }).fill("key");
  await text(page, "Nothing by that name");
  // The one refusal: whoever opens the link is nobody yet.
  expect(faults.filter((fault) => !/401/.test(fault))).toEqual([]);
});

test("another role shows at once what it brings, and can be taken back", async () => {
  const owner = await signIn(ADA);
  const other = await signIn(GRACE);
  await owner.page.goto("/organization");
  const role = owner.page.getByRole("combobox", { name: "Role of Grace Hopper" });
  await role.selectOption("builder");
  await text(owner.page, "Grace Hopper is Builder from now on.");
  await other.page.goto("/organization");
  await row(other.page, /Grace Hopper/).waitFor();
  expect(await tabs(other.page)).toContain("Service accounts");
  expect(await link(other.page, "Invite").count()).toBe(0);
  expect(await other.page.getByRole("combobox").count()).toBe(0);
  expect(await button(other.page, "Remove Ada").count()).toBe(0);
  await button(owner.page, "Undo").click();
  await expect.poll(() => role.inputValue()).toBe("viewer");
  await other.page.goto("/organization");
  await other.page.waitForURL(/\/organization\/projects/);
  expect([...owner.faults, ...other.faults]).toEqual([]);
});

test("a session is told by its device, and ended from another one at its next request", async () => {
  const here = await signIn(GRACE);
  const there = await signIn(GRACE);
  await here.page.goto("/account");
  const list = here.page.getByRole("table", { name: "Sessions" });
  await list.getByRole("row", { name: /Chrome on Linux.*This one/ }).waitFor();
  await button(here.page, "End all others").click();
  await button(here.page.getByRole("alertdialog"), "End all others").click();
  await text(here.page, /Ended (?:one other session|\d+ other sessions)\./);
  expect(await list.getByRole("row").count()).toBe(2);
  await there.page.goto("/account");
  await there.page.waitForURL(/\/sign-in/);
  expect(here.faults).toEqual([]);
});

test("a key is shown once, works, has a successor, and is refused once revoked", async () => {
  const { page, faults } = await signIn(ADA);
  await page.goto("/settings/keys");
  await link(page, "Make key").first().click();
  const panel = page.getByRole("complementary", { name: "Make key" });
  await panel.getByLabel("Name").fill("Importer");
  await panel.getByLabel("May").selectOption("some");
  await button(panel, "Make key").click();
  await text(page, "Choose at least one.");
  await panel.getByLabel("see flows and their versions").check();
  await panel.getByLabel("see the project", { exact: true }).check();
  await button(panel, "Make key").click();
  const key = await panel.locator("code").innerText();
  const client = createClient({ baseUrl: steward.address, apiKey: key });
  expect((await client.listFlows({})).items).toEqual([]);
  await expect(client.listVariables({})).rejects.toMatchObject({ code: "forbidden" });
  await page.goto("/settings/keys");
  await row(page, /Importer.*You.*This project.*2 permissions/).waitFor();
  expect(await page.content()).not.toContain(key);

  await link(page, "Rotate Importer").click();
  const rotation = page.getByRole("complementary", { name: "Rotate Importer" });
  await rotation.getByLabel("The old key works for").selectOption("1");
  await button(rotation, "Rotate").click();
  const next = createClient({ baseUrl: steward.address, apiKey: await rotation.locator("code").innerText() });
  await next.listFlows({});
  await client.listFlows({});
  await row(page, /Importer.*Ends/).waitFor();
  await button(row(page, /Importer.*Ends/), "Revoke Importer").click();
  await button(page.getByRole("alertdialog"), "Revoke").click();
  await text(page, "Revoked “Importer”.");
  await expect(client.listFlows({})).rejects.toMatchObject({ status: 401 });
  await next.listFlows({});
  expect(faults).toEqual([]);
});

test("a role of one's own is made, given and seen in the table of permissions", async () => {
  const { page, faults } = await signIn(ADA);
  await page.goto("/organization/roles");
  await link(page, "New role").click();
  const panel = page.getByRole("complementary", { name: "New role" });
  await panel.getByRole("textbox", { name: "Name" }).fill("Publisher");
  for (const may of ["see the project", "see flows and their versions", "publish flows"])
    await panel.getByLabel(may, { exact: true }).check();
  await button(panel, "Create role").click();
  await text(page, "Created the role “Publisher”.");
  await page.getByRole("columnheader", { name: "Publisher" }).waitFor();
  await page.goto("/organization");
  await page.getByRole("combobox", { name: "Role of Grace Hopper" }).selectOption({ label: "Publisher" });
  await text(page, "Grace Hopper is Publisher from now on.");
  await page.getByRole("combobox", { name: "Role of Grace Hopper" }).selectOption("viewer");
  await text(page, "Grace Hopper is Viewer from now on.");
  await page.goto("/organization/roles");
  await link(page, "Change Publisher").click();
  await button(page.getByRole("complementary"), "Delete").click();
  await button(page.getByRole("alertdialog"), "Delete").click();
  await text(page, "Deleted the role “Publisher”.");
  expect(faults).toEqual([]);
});

test("a project is made, shows nothing of another, keeps a member out, and is deleted, brought back and destroyed", async () => {
  const { page, faults } = await signIn(ADA);
  await steward.client.putFlow({ slug: "only-here", body: { ...APPROVAL, name: "Only here" } });
  await page.goto("/flows");
  await text(page, "Only here");
  await page.goto("/organization/projects?open=new");
  const panel = page.getByRole("complementary", { name: "New project" });
  await panel.getByLabel("Name").fill("Website & Shop");
  expect(await panel.getByLabel("Slug").inputValue()).toBe("website-shop");
  await button(panel, "Create project").click();
  await text(page, "Created “Website & Shop”");
  await link(page, "Website & Shop").click();
  const project = page.getByRole("complementary", { name: "Project Website & Shop" });
  await project.getByRole("combobox", { name: "Role of Grace Hopper in this project" }).selectOption("none");
  await text(page, "In this project Grace Hopper has: No access.");
  const other = await signIn(GRACE);
  await other.page.goto("/organization/projects");
  await other.page.getByRole("table", { name: "Projects" }).waitFor();
  expect(await link(other.page, "Website & Shop").count()).toBe(0);

  await link(project, "Open its flows").click();
  await text(page, "No flows yet");
  expect(await page.getByText("Only here").count()).toBe(0);

  await page.goto("/organization/projects");
  await link(page, "Website & Shop").click();
  await button(page, "Delete project…").click();
  await button(page.getByRole("alertdialog"), "Delete project").click();
  await text(page, "Deleted “Website & Shop”.");
  await link(page, "Website & Shop").click();
  await button(page, "Bring back").click();
  await text(page, "“Website & Shop” is back.");
  await button(page, "Delete project…").click();
  await button(page.getByRole("alertdialog"), "Delete project").click();
  await project.waitFor({ state: "detached" });
  await link(page, "Website & Shop").click();
  await button(page, "Destroy for good…").click();
  const asked = page.getByRole("alertdialog");
  await asked.getByRole("textbox").fill("website");
  expect(await button(asked, "Destroy for good").isDisabled()).toBe(true);
  await asked.getByRole("textbox").fill("website-shop");
  await button(asked, "Destroy for good").click();
  await text(page, /Its keys are destroyed/);
  expect([...faults, ...other.faults]).toEqual([]);
});

test("the audit log shows who did what, filtered by what stands in the address", async () => {
  const { page, faults } = await signIn(ADA);
  await page.goto("/audit");
  await page
    .getByRole("table", { name: "Audit log" })
    .getByRole("link", { name: "Project’s keys destroyed" })
    .waitFor();
  await page.getByRole("combobox", { name: "Filter by" }).selectOption("action");
  await page.getByRole("textbox", { name: "Value" }).fill("member.changed");
  await button(page, "Add filter").click();
  await page.waitForURL(/action=member\.changed/);
  await link(page, "Project’s keys destroyed").waitFor({ state: "detached" });
  await link(page, "Member changed").first().click();
  const panel = page.getByRole("complementary", { name: "Entry Member changed" });
  expect(await panel.getByRole("region", { name: "Facts" }).textContent()).toContain('to: "viewer"');
  // People by their names, with the log's own ids beneath.
  const definition = (term: string) => panel.locator("dt", { hasText: term }).locator("+ dd");
  expect(await definition("Who").innerText()).toMatch(/^Owner\n+mem_[0-9a-z]{26}/);
  expect(await definition("On what").innerText()).toMatch(/^Grace Hopper\n+mem_[0-9a-z]{26}/);
  await page.keyboard.press("Escape");
  await panel.waitFor({ state: "detached" });
  await button(page, "Remove the filter What").click();
  await link(page, "Project’s keys destroyed").waitFor();
  await page.getByRole("combobox", { name: "Filter by" }).selectOption("actor");
  await page.getByRole("combobox", { name: "Value" }).fill("Grace Hopper, grace@northwind.test");
  await button(page, "Add filter").click();
  await page.waitForURL(/actor=mem_/);
  await page.getByText("Grace Hopper").first().waitFor();
  await button(page, "Remove the filter Who").click();
  const [download] = await Promise.all([page.waitForEvent("download"), link(page, "Export").click()]);
  expect(await (await download.createReadStream()).toArray().then((parts) => parts.join(""))).toContain("key.revoked");
  expect(faults).toEqual([]);
});

test("a service account is made with a key of its own, and its end ends the key", async () => {
  const { page, faults } = await signIn(ADA);
  await page.goto("/organization/service-accounts?open=new");
  const panel = page.getByRole("complementary", { name: "New service account" });
  await panel.getByLabel("Name").fill("Deploy");
  await button(panel, "Create").click();
  const account = page.getByRole("complementary", { name: "Service account Deploy" });
  await text(page, "It has no key in this project yet.");
  await link(account, "Make key").click();
  const made = page.getByRole("complementary", { name: "Make key" });
  await made.getByLabel("Name").fill("From CI");
  expect(await made.getByLabel("Acts as").locator("option:checked").textContent()).toBe("Deploy");
  await button(made, "Make key").click();
  const client = createClient({ baseUrl: steward.address, apiKey: await made.locator("code").innerText() });
  await client.listFlows({});
  await page.goto("/organization/service-accounts");
  await link(page, "Deploy").click();
  await button(account, "Remove Deploy").click();
  await button(page.getByRole("alertdialog"), "Remove").click();
  await text(page, "Removed Deploy. Their keys have ended.");
  await expect(client.listFlows({})).rejects.toMatchObject({ status: 401 });
  expect(faults).toEqual([]);
});

test("sign-on is set up: a provider, a domain with its record, roles by group, a token for the directory", async () => {
  const { page, faults } = await signIn(ADA);
  await page.goto("/organization/sign-on");
  await link(page, "Add OIDC").click();
  const panel = page.getByRole("complementary", { name: "Add OIDC provider" });
  await panel.getByLabel("Name", { exact: true }).fill("Northwind ID");
  await panel.getByLabel("Issuer").fill("login.northwind.test");
  await button(panel, "Add provider").click();
  await text(page, "This is no address.");
  await panel.getByLabel("Issuer").fill("https://login.northwind.test");
  await panel.getByLabel("Client id").fill("steward");
  await panel.getByLabel("Client secret").fill("a-secret-of-the-provider");
  await button(panel, "Add provider").click();
  await text(page, "Added “Northwind ID”.");
  const provider = page.getByRole("complementary", { name: "Provider Northwind ID" });
  expect(await provider.getByRole("region", { name: "What the provider must know of us" }).textContent()).toContain(
    `${steward.address}/v1/auth/`,
  );
  await provider.getByLabel("Groups from").fill("groups");
  await button(provider, "Save").click();
  await text(page, "Saved “Northwind ID”.");
  expect(await page.content()).not.toContain("a-secret-of-the-provider");
  await button(provider, "Close").click();

  await button(page, "Add domain").click();
  await page.getByRole("textbox", { name: "Domain" }).fill("northwind.example");
  await button(page, "Add domain").click();
  await text(page, "Added northwind.example.");
  await row(page, /northwind\.example.*Waiting for its record/).waitFor();

  await button(page, "Add group").click();
  await page.getByRole("textbox", { name: "Group 1" }).fill("Engineers");
  await page.getByRole("combobox", { name: "Role of group 1" }).selectOption("builder");
  await button(page, "Save").click();
  await text(page, "It counts with each person’s next sign-on.");
  await page.reload();
  expect(await page.getByRole("textbox", { name: "Group 1" }).inputValue()).toBe("Engineers");

  await button(page, "New token").click();
  await text(page, "The SCIM token");
  await page.getByRole("button", { name: /^Revoke the token/ }).click();
  await button(page.getByRole("alertdialog"), "Revoke").click();
  await text(page, "No token yet");

  await link(page, "Northwind ID").click();
  await button(provider, "Remove").click();
  await button(page.getByRole("alertdialog"), "Remove").click();
  await text(page, "No provider yet");
  await button(page, "Remove northwind.example").click();
  await button(page.getByRole("alertdialog"), "Remove").click();
  await text(page, "No domain yet");
  expect(faults).toEqual([]);
});

test("these pages keep the rules of accessibility, policy and width, in both themes, at a desk and on a phone", async () => {
  const pages: Readonly<Record<string, string>> = {
    "/account": "Delete account",
    "/organization?panel=invite": "Grace Hopper",
    "/organization/invitations": GRACE,
    "/organization/service-accounts": "Members that are no persons",
    "/organization/roles?role=new": "Whoever has it may",
    "/organization/projects?open=new": "Its short name",
    "/organization/sign-on?open=oidc": "before /.well-known",
    "/organization/sign-on?open=saml": "entity id",
    "/organization/support?panel=grant": "What they should look at",
    "/organization/general": "Encryption keys",
    "/settings/keys?make=true": "What it is for",
    "/audit": "Member changed",
    "/audit/heads": "Each hour the log is sealed",
    "/audit/sinks?panel=add": "tls://host:port",
    "/installation": "A second factor first",
  };
  for (const size of [
    { width: 1360, height: 850 },
    { width: 390, height: 844 },
  ]) {
    const { page, faults } = await signIn(ADA, size);
    for (const scheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      for (const [address, words] of Object.entries(pages)) {
        await page.goto(address);
        await text(page, words);
        expect.soft(await accessibilityFaults(page), `${address} ${scheme} ${size.width}`).toEqual([]);
        expect.soft(await sidewaysPx(page), `${address} ${size.width}`).toBe(0);
      }
    }
    expect(faults.filter((fault) => !/403/.test(fault))).toEqual([]);
  }
}, 180_000);

/** A device that verifies its user, and a passkey on it. */
async function addPasskey({ context, page }: Watched): Promise<void> {
  const device = await context.newCDPSession(page);
  await device.send("WebAuthn.enable");
  await device.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await page.goto("/account");
  await button(page, "Add passkey…").click();
  const section = page.getByRole("region", { name: "Passkeys" });
  await section.getByLabel("Name").fill("Laptop");
  await button(section, "Add").click();
  await text(page, "Added “Laptop”.");
}

test("a passkey is added with the device, signs in, and no longer once deleted", async () => {
  const { context, page, faults } = await signIn(GRACE);
  await addPasskey({ context, page, faults });
  await button(page, "Account of Grace Hopper").click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await button(page, "Sign in with a passkey").click();
  await page.getByRole("navigation", { name: "Main" }).waitFor();
  await page.goto("/account");
  await button(page, "Delete the passkey Laptop").click();
  await button(page.getByRole("alertdialog"), "Delete").click();
  await text(page, "Deleted “Laptop”.");
  await text(page, "No passkeys yet");
  // The one refusal: after signing out nobody is known.
  expect(faults.filter((fault) => !/401/.test(fault))).toEqual([]);
});

test("whoever came by password gives their passkey where a second factor is asked for", async () => {
  const watched = await signIn(ADA);
  const { page, context, faults } = watched;
  await addPasskey(watched);
  await context.clearCookies();
  await page.goto("/sign-in?next=/installation");
  await page.getByLabel("E-mail").fill(ADA);
  await page.getByLabel("Password").fill(PASSWORD);
  await button(page, "Sign in").click();
  await text(page, "A second factor first");
  await button(page, "Use your passkey").click();
  await text(page, "Who may sign up");
  await page.goto("/account");
  await button(page, "Delete the passkey Laptop").click();
  await button(page.getByRole("alertdialog"), "Delete").click();
  await text(page, "Deleted “Laptop”.");
  expect(faults.filter((fault) => !/40[13].*\/v1\//.test(fault))).toEqual([]);
});

test("a second factor is set up by its secret, gives recovery codes once, and is asked for from then on", async () => {
  const { page, faults } = await signIn(ADA);
  await page.goto("/installation");
  await text(page, "A second factor first");
  await link(page, "Set it up").click();
  await button(page, "Set up…").click();
  await page.getByLabel("Your password").fill(PASSWORD);
  await button(page, "Continue").click();
  await page.getByRole("img", { name: /QR code/ }).waitFor();
  const secret = await page.locator("form code").innerText();
  await page.getByLabel("Code that the app shows").fill("12");
  await button(page, "Turn on").click();
  await text(page, "Six digits.");
  await page.getByLabel("Code that the app shows").fill(codeOf(secret));
  await button(page, "Turn on").click();
  const codes = page.getByRole("region", { name: "Recovery codes" });
  await codes.waitFor();
  const [code = ""] = await codes.getByRole("listitem").allTextContents();
  expect(code.length).toBeGreaterThan(5);
  await button(codes, "I have kept them").click();
  await button(page, "Turn off…").waitFor();
  expect(await page.content()).not.toContain(code);

  await page.goto("/installation");
  await text(page, "Who may sign up");
  await link(page, "Mail").click();
  await page.getByRole("table", { name: "Mail" }).getByRole("link").last().click(); // the newest tell of factors, without a link
  await page.getByRole("complementary").getByRole("region", { name: "Links in it" }).waitFor();

  await link(page, "Proof").click();
  await button(page, "Try the promises").click();
  await text(page, "Trying the promises");
  await page.getByText(/^\d+ kept, \d+ broken, \d+ that do(es)? not apply/).waitFor({ timeout: 60_000 });
  const promises = page.getByRole("group", { name: "Proof of the promises" });
  expect.soft(await accessibilityFaults(page), "the proof").toEqual([]);
  const [kept = ""] = await promises.getByRole("button", { name: /Kept/ }).allTextContents();
  const id = /[A-Z]\d+/.exec(kept)?.[0] ?? "";
  await promises.getByRole("button", { name: new RegExp(`\\b${id}\\b`) }).click();
  const evidence = promises.getByRole("region", { name: `Evidence for ${id}` });
  await evidence.getByRole("listitem").first().waitFor();
  expect(await evidence.locator("dt").allTextContents()).toEqual([
    "Exactly promised",
    "How it is tried",
    "What was seen",
    "Tried",
  ]);
  for (const address of ["", "/mail", "/outbound", "/audit"]) {
    await page.goto(`/installation${address}`);
    await page.getByRole("navigation", { name: "Parts of the installation" }).waitFor();
    await page.getByRole("status", { name: "Loading" }).waitFor({ state: "detached" });
    expect.soft(await accessibilityFaults(page), address).toEqual([]);
  }

  const again = await stranger();
  await again.page.goto("/sign-in");
  await again.page.getByLabel("E-mail").fill(ADA);
  await again.page.getByLabel("Password").fill(PASSWORD);
  await button(again.page, "Sign in").click();
  await button(again.page, "Use a recovery code").click();
  await again.page.getByLabel("Recovery code").fill(code);
  await button(again.page, "Continue").click();
  await again.page.getByRole("navigation", { name: "Main" }).waitFor();

  await page.goto("/account");
  await button(page, "Turn off…").click();
  await page.getByLabel("Your password").fill(PASSWORD);
  await button(page, "Turn off").click();
  await text(page, "The second factor is off.");
  // The one refusal: the installation, before the factor.
  expect(faults.filter((fault) => !/403/.test(fault))).toEqual([]);
});

test("a member who is removed, and an account that is deleted, are out at the next request", async () => {
  const owner = await signIn(ADA);
  const other = await signIn(GRACE);
  await owner.page.goto("/organization");
  await button(owner.page, "Remove Grace Hopper").click();
  await button(owner.page.getByRole("alertdialog"), "Remove").click();
  await text(owner.page, "Removed Grace Hopper. Their keys have ended.");
  await other.page.goto("/flows");
  await text(other.page, "Your first project");
  await link(other.page, "Account").click();
  await button(other.page, "Delete account…").click();
  const asked = other.page.getByRole("alertdialog");
  await asked.getByRole("textbox").fill(GRACE);
  await button(asked, "Delete account").click();
  await other.page.waitForURL(/\/sign-in/);
  await other.page.getByLabel("E-mail").fill(GRACE);
  await other.page.getByLabel("Password").fill(PASSWORD);
  await button(other.page, "Sign in").click();
  await text(other.page, "Your account is deleted");
  await button(other.page, "Bring my account back").click();
  await text(other.page, "Your account is back.");
  await text(other.page, "Your first project");
  expect(owner.faults).toEqual([]);
});
