/** What a User-Agent says, in a person's words. Pure; the order matters, since browsers name each other. */
import { say } from "../language.ts";

const PROGRAMS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, "Edge"],
  [/\b(?:OPR|OPiOS)\//, "Opera"],
  [/\bVivaldi\//, "Vivaldi"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\b(?:HeadlessChrome|Chrome|CriOS)\//, "Chrome"],
  [/\bChromium\//, "Chromium"],
  [/\bVersion\/[\d.]+.*\bSafari\//, "Safari"],
];

const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bWindows\b/, "Windows"],
  [/\b(?:Macintosh|Mac OS X)\b/, "Mac"],
  [/\b(?:Linux|X11)\b/, "Linux"],
];

const NAME_CHARS_MAX = 40;

/** `Firefox on Linux`, `Safari on iPhone`; of other programs their first product, `curl`. */
export function deviceWords(userAgent: string | null): string {
  const given = userAgent ?? "";
  const named = (table: typeof PROGRAMS) => table.find(([pattern]) => pattern.test(given))?.[1];
  const program = named(PROGRAMS) ?? /^[\w.+-]+(?=\/|$|\s)/.exec(given)?.[0].slice(0, NAME_CHARS_MAX);
  const system = named(SYSTEMS);
  const { on, unknown } = say.account.sessions;
  if (program === undefined || program === "Mozilla") return system ?? unknown;
  return system === undefined ? program : on(program, system);
}
