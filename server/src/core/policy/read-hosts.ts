import { judgeUrl, type Target } from "../egress/judge-url.ts";
import { plainMailAddress } from "../mail-address.ts";

const TEXT_CHARACTERS_MAX = 65_536;
const ADDRESSES_MAX = 1000;

/**
 * Marks of a local part by which some mail servers send on to elsewhere: `a%evil.com@ok.com`, `evil.com!a@ok.com`, and
 * encoded words, which some programs decode before they look for the address.
 */
const REROUTED = /[%!]|=\?/;

/** IDNA of 2003 and of 2008 read these differently, so that one text is two domains (UTS 46, section 7). */
const TWO_DOMAINS = /[\u00df\u1e9e\u03c2\u200c\u200d]/;

/** In a name before an address: what makes some programs read another address there. */
const NOT_IN_NAMES = /[@()<>[\]\\:;,"]|=\?/;
const NOT_IN_QUOTES = /[<>\\]|=\?/;

/**
 * Every host that a text goes to: of an http or https URL its host, of mail addresses the domain of each, all as
 * `normalizeName` gives them. Null when the text is neither, or two programs could read it differently: groups, comments,
 * routes, quoted local parts, user-info, encoded words, control characters. Linear in the text.
 */
export function readHosts(text: string): readonly string[] | null {
  if (text.length > TEXT_CHARACTERS_MAX || /\p{Cc}/u.test(text)) return null;
  if (isUrl(text)) {
    const target = readUrl(text);
    return target && [target.host];
  }
  const mailboxes = splitMailboxes(text);
  if (mailboxes === null) return null;
  const hosts: string[] = [];
  for (const mailbox of mailboxes) {
    const found = hostsOfMailbox(mailbox);
    if (found === null) return null;
    hosts.push(...found);
  }
  return hosts;
}

export function isUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
}

/** Where an http or https URL leads; null when that is nowhere, or depends on who reads it. */
export function readUrl(text: string): Target | null {
  const authority = /^[^:]*:\/\/([^/?#]*)/.exec(text)?.[1] ?? "";
  if (TWO_DOMAINS.test(authority)) return null;
  const judged = judgeUrl(text);
  return judged.ok ? judged.target : null;
}

/** The parts between commas that are neither in quotes nor in angle brackets. */
function splitMailboxes(text: string): readonly string[] | null {
  const parts: string[] = [];
  let [from, quoted, angled] = [0, false, false];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === "<" || character === ">") {
      if (angled === (character === "<")) return null;
      angled = !angled;
    } else if (character === "," && !angled) {
      if (parts.length >= ADDRESSES_MAX) return null;
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return quoted || angled ? null : [...parts, text.slice(from)];
}

/** `ann@example.com`, `Ann <ann@example.com>` or `"Ann, B." <ann@example.com>`; an address in the name counts as one more. */
function hostsOfMailbox(mailbox: string): readonly string[] | null {
  const bare = trimBlanks(mailbox);
  if (!bare.endsWith(">")) return hostsOfAddress(bare);
  const open = bare.lastIndexOf("<");
  const hosts = hostsOfAddress(bare.slice(open + 1, -1));
  if (hosts === null) return null;
  for (const [at, piece] of bare.slice(0, open).normalize("NFKC").split('"').entries()) {
    const inQuotes = at % 2 === 1;
    if ((inQuotes ? NOT_IN_QUOTES : NOT_IN_NAMES).test(piece)) return null;
    if (!piece.includes("@")) continue;
    const named = hostsOfAddress(trimBlanks(piece));
    if (named === null) return null;
    hosts.push(...named);
  }
  return hosts;
}

function hostsOfAddress(text: string): string[] | null {
  const at = text.lastIndexOf("@");
  if (TWO_DOMAINS.test(text) || REROUTED.test(text.slice(0, Math.max(at, 0)))) return null;
  const address = plainMailAddress(text);
  return address === null ? null : [address.slice(address.lastIndexOf("@") + 1)];
}

/** Not `trim`, which takes away more than what separates addresses. */
function trimBlanks(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && text[from] === " ") from++;
  while (to > from && text[to - 1] === " ") to--;
  return text.slice(from, to);
}
