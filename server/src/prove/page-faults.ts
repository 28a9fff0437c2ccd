/** Whether a page and what belongs to it come from one origin alone, by its markup, styles and headers. */
import type { ProvedAnswer } from "./check.ts";

/** Attributes that load or send something, wherever they stand. */
const LOADING =
  /<(?:script|link|img|iframe|source|video|audio|embed|object|form|base|track|image|use)\b[^>]*?\s(?:src|href|data|action|poster|srcset|ping|xlink:href)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))/gi;
const STYLED = /(?:url\(\s*|@import\s+)(?:"([^"]*)"|'([^']*)'|([^\s)"';]+))/gi;
/** Other files that a script names: chunks that are loaded when they are needed. */
const CHUNK = /["'`](?:\.\/|\/?assets\/)([\w.-]+\.(?:js|css|svg|png|woff2))["'`]/g;
const INLINE = /<script\b(?![^>]*\ssrc\s*=)[^>]*>\s*\S/i;
const SOURCES: ReadonlySet<string> = new Set(["'self'", "'none'", "data:"]);
/** Which of a policy's directives say where something may be loaded from or sent to. */
const DIRECTIVE = /^(?:[a-z]+-src|base-uri|form-action|frame-ancestors)$/;

/** What of the page names another origin. @param origin the installation's own */
export function faultsOfPage(path: string, { text, headers }: ProvedAnswer, origin: string): readonly string[] {
  const foreign = addressesIn(text, headers)
    .map((address) => URL.parse(address, `${origin}${path}`))
    .filter((url) => url !== null && url.origin !== origin && url.protocol !== "data:");
  return [
    ...foreign.map((url) => `${path} loads from ${url?.host ?? url?.protocol}`),
    ...(isOf(headers, "html") && INLINE.test(text) ? [`${path} holds a script of its own`] : []),
    ...faultsOfPolicy(path, headers.get("content-security-policy")),
    ...(headers.get("set-cookie") === null ? [] : [`${path} sets a cookie before anybody signs in`]),
    ...(headers.get("link") === null ? [] : [`${path} names more to load in a header`]),
  ];
}

/** The own paths that the page or one of its files leads to. */
export function pathsFrom(path: string, answer: ProvedAnswer, origin: string): readonly string[] {
  const chunks = isOf(answer.headers, "javascript")
    ? [...answer.text.matchAll(CHUNK)].map(([, name]) => `/assets/${name}`)
    : [];
  return [...addressesIn(answer.text, answer.headers), ...chunks].flatMap((address) => {
    const url = URL.parse(address, `${origin}${path}`);
    return url?.origin === origin ? [url.pathname] : [];
  });
}

function addressesIn(text: string, headers: Headers): readonly string[] {
  const found =
    isOf(headers, "html") || isOf(headers, "svg") ? [...text.matchAll(LOADING), ...text.matchAll(STYLED)] : [];
  const styled = isOf(headers, "css") ? [...text.matchAll(STYLED)] : [];
  return [...found, ...styled].map(([, double, single, bare]) => double ?? single ?? bare ?? "");
}

function faultsOfPolicy(path: string, policy: string | null): readonly string[] {
  if (policy === null) return [`${path} comes without a content security policy`];
  const directives = policy.split(";").map((one) => one.trim().split(/\s+/));
  const faults = directives.flatMap(([name = "", ...sources]) =>
    DIRECTIVE.test(name)
      ? sources
          .filter((source) => !SOURCES.has(source))
          .map((source) => `the policy of ${path} lets ${name} use ${source}`)
      : [],
  );
  return directives.some(([name]) => name === "default-src")
    ? faults
    : [...faults, `the policy of ${path} has no default`];
}

function isOf(headers: Headers, type: string): boolean {
  return headers.get("content-type")?.includes(type) ?? false;
}
