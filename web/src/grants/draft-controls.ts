import { type GrantDraft, splitAbout } from "./grant-draft.ts";

/** The controls of the form, by the names that problems have: each shows what is wrong at or below it. */
export function controlsOf({ kind, about, lines, deny }: GrantDraft): ReadonlySet<string> {
  const [aboutKind] = splitAbout(about);
  const top = [kind === "grant" ? "to" : "on", aboutKind ?? "connection", "from", "until", "note"];
  const within = lines.flatMap(({ when, rate, money, approval }, line) => {
    const at = `lines[${line}]`;
    return [
      `${at}.actions`,
      ...when.flatMap((_, place) => [`${at}.when[${place}]`, `${at}.when[${place}].field`]),
      ...(deny ? [] : rate.map((_, place) => `${at}.rate[${place}]`)),
      ...(deny ? [] : money.map((_, place) => `${at}.money[${place}]`)),
      ...(approval === null || deny ? [] : APPROVAL_CONTROLS.map((name) => `${at}.approval${name}`)),
    ];
  });
  return new Set([...top, ...within]);
}

const APPROVAL_CONTROLS = [
  "",
  ".by",
  ".above",
  ".field",
  ".currency",
  ".quorum",
  ".expiresHours",
  ".remindHours",
  ".escalate",
  ".slack.connection",
  ".slack.channel",
];
