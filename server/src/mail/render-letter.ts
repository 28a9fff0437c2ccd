import { invariant } from "../core/invariant.ts";
import type { WrittenMail } from "../core/mail-message.ts";
import type { Letter } from "./letter.ts";

const LINK_CHARACTERS_MAX = 4_000;

/**
 * A letter as plain text and as simple HTML that says the same: no image, no script, nothing loaded, no tracking; the
 * link stands in it as it is. Everything that a template puts in is escaped here and nowhere else.
 */
export function renderLetter(letter: Letter): Omit<WrittenMail, "to"> {
  const { subject, paragraphs, action, notes } = letter;
  const link = action === null ? null : plainLink(action.link);
  return {
    subject: oneLine(subject),
    text: [...paragraphs, ...(action && link ? [`${action.label}:\n${link}`] : []), ...notes, SIGNATURE].join("\n\n"),
    html: htmlOf(letter, link),
    links: link === null ? [] : [link],
  };
}

const SIGNATURE = "Steward";

const STYLE = {
  body: "margin:0;padding:24px;background:#ffffff;color:#1c1c1a;font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif",
  note: "color:#5c5c57;font-size:14px",
  link: "color:#1c1c1a;word-break:break-all",
  button:
    "display:inline-block;padding:10px 16px;border-radius:6px;background:#1c1c1a;color:#ffffff;text-decoration:none",
};

function htmlOf({ subject, paragraphs, action, notes }: Letter, link: string | null): string {
  const body = [
    ...paragraphs.map((each) => `<p>${escapeHtml(each)}</p>`),
    ...(action && link
      ? [
          `<p><a href="${escapeHtml(link)}" style="${STYLE.button}">${escapeHtml(action.label)}</a></p>`,
          `<p style="${STYLE.note}">If the button does not work, open this address:<br><a href="${escapeHtml(link)}" style="${STYLE.link}">${escapeHtml(link)}</a></p>`,
        ]
      : []),
    ...notes.map((each) => `<p style="${STYLE.note}">${escapeHtml(each)}</p>`),
    `<p>${SIGNATURE}</p>`,
  ].join("\n");
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${escapeHtml(oneLine(subject))}</title></head>
<body style="${STYLE.body}"><div style="max-width:560px">
${body}
</div></body>
</html>
`;
}

/** Only what the program itself makes is a link, so another one is a bug. */
function plainLink(text: string): string {
  const url = URL.parse(text);
  const web = url !== null && (url.protocol === "https:" || url.protocol === "http:") && url.username === "";
  invariant(web && text.length <= LINK_CHARACTERS_MAX, "the link of a mail is an http or https address");
  return url.href;
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (one) => ESCAPES[one] ?? "");
}
