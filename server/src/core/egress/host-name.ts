const NAME_CHARACTERS_MAX = 253;
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** Names that the URL parser leaves as they are: lower case, and a last label that no address ends in. Four times as quick. */
const PLAIN = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z](?:[a-z-]{0,61}[a-z])?$/;

/**
 * A host name as the guard compares it: lower case, international names in punycode, without the trailing dot; null when
 * it is no name, also when it is an address in whatever spelling (the URL parser decides: "ends in a number").
 */
export function normalizeName(text: string): string | null {
  // What claims to be punycode is the parser's to judge.
  if (text.length <= NAME_CHARACTERS_MAX && PLAIN.test(text) && !text.includes("xn--")) return text;
  if (text === "" || /[\p{Cc} /?#@:\\[\]%*]/u.test(text)) return null;
  const host = URL.parse(`http://${text}/`)?.hostname;
  return host === undefined ? null : plainName(host);
}

/** The name in a parsed URL's host without its trailing dot, or null when DNS could not hold it (RFC 1035, with underscores). */
export function plainName(host: string): string | null {
  const name = host.endsWith(".") ? host.slice(0, -1) : host;
  if (name.length > NAME_CHARACTERS_MAX || /^[\d.]+$/.test(name)) return null;
  return name.split(".").every((label) => LABEL.test(label)) ? name : null;
}

/** Whether the name is the machine itself without asking anybody (RFC 6761). */
export function isLocalhost(name: string): boolean {
  return name === "localhost" || name.endsWith(".localhost");
}

/**
 * Whether a host is one of `patterns`: an exact name or address, or `*.example.com` for one or more labels below it
 * (never for example.com itself). A pattern that is not well formed matches nothing.
 */
export function hostMatches(host: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    if (!pattern.startsWith("*.")) return host === pattern || host === normalizeHost(pattern);
    const parent = normalizeName(pattern.slice(2));
    return parent !== null && host.length > parent.length + 1 && host.endsWith(`.${parent}`);
  });
}

/** As `normalizeName`, and addresses too, in brackets or not, in their canonical spelling. */
function normalizeHost(text: string): string | null {
  if (/^[0-9a-f:.]+$/i.test(text) && text.includes(":")) return normalizeHost(`[${text}]`);
  if (/[\p{Cc} /?#@\\%*]/u.test(text)) return null;
  const host = URL.parse(`http://${text}/`)?.host;
  return host === undefined || host === "" ? null : host.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
}
