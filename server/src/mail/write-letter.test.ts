import * as fc from "fast-check";
import { expect, test } from "vitest";
import { composeMail } from "../adapters/smtp/compose-mail.ts";
import type { MailMessage, MailTemplate } from "../core/mail-message.ts";
import { plainWords } from "./plain-words.ts";
import { renderLetter } from "./render-letter.ts";
import { writeLetter } from "./write-letter.ts";

const LINK = "https://steward.test/a?token=abc&x=1";
const AT_MS = Date.UTC(2026, 10, 21, 12, 5);
const life = { link: LINK, lifeMinutes: 60 };

/** Every template, with what people type in each place where it stands. */
function messages(words: string): readonly MailMessage[] {
  const to = "ada@example.org";
  const name = words;
  return [
    { to, template: "verify", values: { name, ...life } },
    { to, template: "reset", values: { name, ...life } },
    { to, template: "change", values: { holder: "new", name, newAddress: words, ...life } },
    { to, template: "change", values: { holder: "old", name, newAddress: words, ...life } },
    { to, template: "changed", values: { name, what: "password", atMs: AT_MS } },
    { to, template: "changed", values: { name, what: "address", atMs: AT_MS } },
    { to, template: "invited", values: { inviter: words, organization: words, ...life } },
    { to, template: "new_sign_in", values: { name, atMs: AT_MS, address: words, userAgent: words, link: LINK } },
    { to, template: "domain_failing", values: { organization: words, domain: "corp", record: "r", atMs: AT_MS } },
    { to, template: "domain_lost", values: { organization: words, domain: "corp", record: "r" } },
    { to, template: "reauth_required", values: { name, provider: words, connection: words, link: LINK } },
    ...(["asked", "reminded", "escalated"] as const).map((how): MailMessage => {
      const about = { project: words, flow: words, action: words, expiresAtMs: AT_MS, decides: how !== "reminded" };
      return { to, template: "approval", values: { how, name, ...about, ...life } };
    }),
    {
      to,
      template: "budget_passed",
      values: { name, place: words, subject: words, amount: "9 of 10 EUR", period: "day", percent: 80, link: LINK },
    },
    { to, template: "account_deleted", values: { name, recoverUntilMs: AT_MS, link: LINK } },
    { to, template: "factor_changed", values: { name, change: "passkey_added", atMs: AT_MS } },
  ];
}

test("each template says what it is about in its subject, greets, and has one link at most", () => {
  const subjects = messages("Ada").map((message) => {
    const { subject, text, links } = renderLetter(writeLetter(message));
    expect(text).toMatch(/^Hello/);
    expect(text.match(/https?:/g)?.length ?? 0).toBe(links.length);
    expect(text.endsWith("Steward")).toBe(true);
    return `${message.template}: ${subject}`;
  });
  expect(subjects).toEqual([
    "verify: Confirm your mail address",
    "reset: Set a new password",
    "change: Confirm your new mail address",
    "change: Confirm the change of your mail address",
    "changed: Your password was changed",
    "changed: Your mail address was changed",
    "invited: You are invited to “Ada” on Steward",
    "new_sign_in: A new sign-in to your account",
    "domain_failing: The record of corp is missing",
    "domain_lost: corp is no longer verified",
    "reauth_required: Connect Ada again",
    "approval: Your approval is asked for",
    "approval: Your approval is still asked for",
    "approval: An approval that waits was passed on to you",
    "budget_passed: A budget has passed 80 percent",
    "account_deleted: Your account was deleted",
    "factor_changed: Your second factor was changed",
  ]);
});

test("a reset says how long its link is good for and what to do if it was somebody else", () => {
  const [, reset] = messages("Ada");
  expect(renderLetter(writeLetter(reset!)).text).toBe(`Hello Ada,

Somebody asked for a new password for your account. If that was you, set one.

Set a new password:
${LINK}

The link works once, for 60 minutes. Setting a new password signs you out everywhere.

If it was not you, do nothing: your password stays as it is.

Steward`);
});

test("HTML loads nothing, runs nothing and tracks nobody", () => {
  for (const message of messages("Ada")) {
    const { html } = renderLetter(writeLetter(message));
    expect(html).not.toMatch(/<(?:img|script|link|iframe|object|video|form)\b|url\(|@import|src=/i);
    const addresses = [...html.matchAll(/href="([^"]*)"/g)].map(([, address]) => address);
    expect(addresses.every((address) => address === LINK.replaceAll("&", "&amp;"))).toBe(true);
  }
});

/** Whatever people type: any text, and what has got through elsewhere. */
const typed = fc.oneof(
  fc.string({ unit: "binary", maxLength: 120 }),
  fc.constantFrom(
    "Ada\r\nBcc: eve@evil.test",
    "<script>alert(1)</script>",
    '"><img src=https://evil.test/x>',
    "Win at https://evil.test/now or www.evil.test",
    "evil.test",
    "javascript:alert(1)",
    "mailto:eve@evil.test",
    "\u202eevil\u2028\u0000",
    "=?utf-8?q?x=0d=0aBcc:eve?=",
    "{{ steps.x }}",
    "\ud800",
  ),
  fc.string({ maxLength: 5_000 }),
);

test("nothing that people typed becomes markup, a link, another line or a header", async () => {
  await fc.assert(
    fc.asyncProperty(typed, async (words) => {
      const plain = messages("Ada").map((each) => renderLetter(writeLetter(each)));
      for (const [index, message] of messages(words).entries()) {
        const { subject, text, html } = renderLetter(writeLetter(message));
        const usual = plain[index]!;
        expect(tagsOf(html)).toEqual(tagsOf(usual.html));
        expect(text.split("\n")).toHaveLength(usual.text.split("\n").length);
        expect(text.match(/https?:|www\.|mailto:|evil\.test/g)).toEqual(usual.text.match(/https?:/g));
        expect(subject).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      }
    }),
    { numRuns: 150 },
  );
});

test("a composed message has one recipient and the same headers, whatever people typed", async () => {
  const headersOf = async (words: string, index: number): Promise<readonly string[]> => {
    const message = messages(words)[index]!;
    const { subject, text, html } = renderLetter(writeLetter(message));
    const mail = { id: "msg_1", to: message.to, subject, text, html, createdMs: AT_MS };
    const bytes = (await composeMail("steward@example.com", mail)).toString("latin1");
    const [head = ""] = bytes.split("\r\n\r\n");
    expect(bytes.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
    expect(head.match(/^To: .*$/gim)).toEqual(["To: ada@example.org"]);
    return head.split(/\r\n(?![ \t])/).map((line) => line.slice(0, line.indexOf(":")));
  };
  await fc.assert(
    fc.asyncProperty(typed, fc.integer({ min: 0, max: 9 }), async (words, index) => {
      expect(await headersOf(words, index)).toEqual(await headersOf("Ada", index));
    }),
    { numRuns: 100 },
  );
});

test("names stay as people write them", () => {
  for (const name of ["Ada Lovelace", "Zoë", "李小龍", "O'Brien", "J. R. Smith", "Müller & Söhne GmbH", "ACME Inc."]) {
    expect(plainWords(name)).toBe(name);
  }
  expect(plainWords("a".repeat(81))).toBe(`${"a".repeat(79)}…`);
});

test("a link that is no web address is a bug, not a mail", () => {
  for (const link of ["javascript:alert(1)", "/reset", "", "ftp://a.test/", "https://u:p@a.test/"]) {
    const message: MailMessage = { to: "a@b.test", template: "reset", values: { name: "", link, lifeMinutes: 5 } };
    expect(() => renderLetter(writeLetter(message))).toThrow("invariant");
  }
});

function tagsOf(html: string): readonly string[] {
  return [...html.matchAll(/<[^>]*>/g)].map(([tag]) => tag);
}

const ALL: Readonly<Record<MailTemplate, true>> = {
  verify: true,
  reset: true,
  change: true,
  changed: true,
  invited: true,
  new_sign_in: true,
  domain_failing: true,
  domain_lost: true,
  reauth_required: true,
  approval: true,
  budget_passed: true,
  account_deleted: true,
  factor_changed: true,
};

test("every template is tried here", () => {
  expect([...new Set(messages("").map((each) => each.template))].toSorted()).toEqual(Object.keys(ALL).toSorted());
});
