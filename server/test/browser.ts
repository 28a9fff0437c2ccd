/** The page in real Chromium, with whatever it must never do written down as it happens. */
import { existsSync } from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";

const CHROMIUM = "/usr/bin/chromium";
const WAIT_MS_MAX = 10_000;

// Scripts of the page are text: the DOM's types would be known in all of the server.
const TELL_REFUSALS = `addEventListener("securitypolicyviolation", (event) =>
  console.error("policy: " + event.violatedDirective + " " + event.blockedURI))`;
/** A row or a field shows the focus of what it holds. */
const FOCUSED = `(() => {
  const element = document.activeElement;
  if (!element || element === document.body) return { name: "", visible: false };
  const name = element.ariaLabel ?? element.labels?.[0]?.textContent ?? element.textContent;
  const visible = [element, element.parentElement, element.closest("tr, li, label")].some((one) => {
    if (!one) return false;
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
    return (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2) || boxShadow.includes("inset");
  });
  return { name: name.trim(), visible };
})()`;

/** Why the browser's tests are skipped here, or null. In CI they fail instead. */
export const noBrowser: string | null =
  existsSync(CHROMIUM) || process.env["CI"] === "true"
    ? null
    : `no ${CHROMIUM}: the page is not tested. On Debian: apt-get install chromium`;

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox",
      "--disable-dev-shm-usage",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-domain-reliability",
      "--no-first-run",
      "--no-pings",
    ],
  });
}

export interface Watched {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Console errors and warnings, exceptions, refusals of the security policy, requests to elsewhere. */
  readonly faults: string[];
}

/** A browser profile of its own at the address, with a page in it that is watched from its first byte. */
export async function openPage(
  browser: Browser,
  address: string,
  { width = 1360, height = 850 } = {},
): Promise<Watched> {
  // Without motion nothing is measured half faded in.
  const context = await browser.newContext({
    baseURL: address,
    viewport: { width, height },
    reducedMotion: "reduce",
    colorScheme: "light",
    locale: "en-GB",
    timezoneId: "UTC",
  });
  context.setDefaultTimeout(WAIT_MS_MAX);
  const faults: string[] = [];
  context.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning")
      faults.push(`console: ${message.text()} ${message.location().url}`);
  });
  context.on("weberror", (error) => faults.push(`exception: ${error.error().message}`));
  context.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== address && protocol !== "data:") faults.push(`request: ${request.url()}`);
  });
  await context.addInitScript(TELL_REFUSALS);
  return { context, page: await context.newPage(), faults };
}

/** What the accessibility rules find, a line each: rule, impact, where. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ target, failureSummary = "" }) => `${id} (${impact ?? "?"}) ${target.join(" ")}: ${failureSummary}`),
  );
}

/** By how many pixels the page is wider than its window. */
export function sidewaysPx(page: Page): Promise<number> {
  return page.evaluate<number>(
    "Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - document.documentElement.clientWidth",
  );
}

/** What has the focus, and whether one sees that it has it. */
export function focused(page: Page): Promise<{ name: string; visible: boolean }> {
  return page.evaluate<{ name: string; visible: boolean }>(FOCUSED);
}
