/** What the writer of mails promises: lines that fit, words that come back, and no text that becomes a header. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { addressOf, MailAddress } from "./address.ts";
import { headerText, messageIds, rawMessage } from "./mime.ts";

const written = (mail: Parameters<typeof rawMessage>[0]): string =>
  Buffer.from(rawMessage(mail), "base64url").toString("latin1");
const headersOf = (message: string): string[] => message.slice(0, message.indexOf("\r\n\r\n")).split(/\r\n(?! )/);
/** As RFC 2047 reads encoded words: the white space between two of them is none. */
const decoded = (text: string): string =>
  text
    .replaceAll(/\?=\r\n =\?/g, "?==?")
    .replaceAll(/=\?UTF-8\?B\?([^?]*)\?=/g, (_, base64: string) => Buffer.from(base64, "base64").toString("utf8"));
const hostile = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }),
  fc
    .array(
      fc.constantFrom(
        "\r\n",
        "\n",
        "\r",
        "Bcc: evil@example.com",
        "=?UTF-8?B?",
        "?=",
        "ä",
        "🎉",
        "\u2028",
        "\0",
        " ",
        "a",
      ),
      { maxLength: 60 },
    )
    .map((parts) => parts.join("")),
);

test("whatever the texts hold, the message has the headers it should and no other, in lines that fit", () => {
  fc.assert(
    fc.property(hostile, hostile, hostile, (subject, text, filename) => {
      const message = written({
        to: ["ann@example.com"],
        subject,
        text,
        html: text,
        attachments: [{ filename, mimeType: "application/pdf", content: "SGk=" }],
        inReplyTo: `<a@b>${subject}`,
      });
      expect(message).toMatch(/^[\t\r\n\x20-\x7e]*$/);
      expect(message.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
      expect(Math.max(...message.split("\r\n").map((line) => line.length))).toBeLessThanOrEqual(78);
      const names = headersOf(message).map((line) => line.slice(0, line.indexOf(":")));
      expect(names).toEqual(["To", "Subject", "In-Reply-To", "MIME-Version", "Content-Type"]);
      expect(message.match(/^Bcc:/gim)).toBeNull();
    }),
  );
});

test("a subject comes back as it was written, apart from what can't be in one", () => {
  fc.assert(
    fc.property(hostile, (subject) => {
      const clean = subject.toWellFormed().replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
      expect(decoded(headerText(subject))).toBe(clean);
    }),
  );
  expect(headerText("Your order")).toBe("Your order");
});

test("bodies come back whole, in the parts that they were given as", () => {
  const message = written({
    to: ["ann@example.com"],
    subject: "Two",
    text: "Grüße\n--=_mixed_=\n.",
    html: "<b>Grüße</b>",
    attachments: [
      { filename: "Übersicht.pdf", mimeType: "application/pdf", content: Buffer.from("%PDF").toString("base64") },
    ],
  });
  expect(message.match(/^--=_mixed_=$/gm)).toHaveLength(2);
  expect(message.match(/^--=_alternative_=$/gm)).toHaveLength(2);
  const bodies = [
    ...message.matchAll(/base64(?:\r\nContent-Disposition:[^\r]*\r\n [^\r]*)?\r\n\r\n([A-Za-z0-9+/=\r\n]*?)\r\n--/g),
  ].map(([, body]) => Buffer.from(body ?? "", "base64").toString("utf8"));
  expect(bodies).toEqual(["Grüße\r\n--=_mixed_=\r\n.", "<b>Grüße</b>", "%PDF"]);
  expect(message).toContain("filename*0*=UTF-8''%C3%9Cbersicht.pdf");
});

test("an address is one plain address or none", () => {
  const good = ["ann@example.com", "a.b+c@sub.example.co", "o'hara@xn--bcher-kva.example"];
  const bad = [
    "Ann <ann@example.com>",
    "ann@example.com, bob@example.com",
    "ann@example.com\r\nBcc: evil@example.com",
    "ann@example.com\n",
    '"a b"@example.com',
    "ann@localhost",
    "ann@exämple.com",
    "ann@@example.com",
    ".ann@example.com",
    "ann@example.com.",
    "(x)ann@example.com",
    "",
  ];
  for (const address of good) expect(MailAddress.safeParse(address).success).toBe(true);
  for (const address of bad) expect(MailAddress.safeParse(address).success).toBe(false);
  for (const to of bad)
    expect(() => rawMessage({ to: [to], subject: "x", text: "x" })).toThrow("use one plain mail address");
});

test("a sender's address is read only where it is plainly one", () => {
  expect(addressOf("Ann <ann@example.com>")).toBe("ann@example.com");
  expect(addressOf("ann@example.com")).toBe("ann@example.com");
  expect(addressOf('"ann@example.com" <evil@example.org>')).toBe("evil@example.org");
  for (const header of ["<a@example.com> <b@example.com>", "a@example.com, b@example.com", "Ann", "", null])
    expect(addressOf(header)).toBeNull();
});

test("what another's mail refers to passes only as message ids", () => {
  expect(messageIds("<a@b> <c@d>")).toEqual(["<a@b>", "<c@d>"]);
  expect(messageIds("<a@b>\r\nBcc: evil@example.com")).toEqual(["<a@b>"]);
  expect(messageIds("<a b> <ä@b> <a\r\n@b>")).toEqual([]);
  expect(messageIds(Array.from({ length: 90 }, (_, n) => `<${n}@x>`).join(" "))).toHaveLength(20);
});
