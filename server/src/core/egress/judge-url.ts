import type { EgressRefusalCode } from "../ports/egress.ts";
import { type Address, parseAddress } from "./address.ts";
import { plainName } from "./host-name.ts";

/** Where a request goes, after every spelling has been made plain. */
export interface Target {
  readonly scheme: "http" | "https";
  /** A name in lower case without trailing dot, or a canonical address without brackets. */
  readonly host: string;
  /** The address that the URL names itself, null when the host is a name. */
  readonly address: Address | null;
  readonly port: number;
  /** `https://host[:port]`, as in RFC 6454. */
  readonly origin: string;
  /** Path and query, never empty. */
  readonly path: string;
  /** The URL without its fragment. */
  readonly url: string;
}

export interface Refusal {
  readonly ok: false;
  readonly code: EgressRefusalCode;
  readonly message: string;
}

const URL_LENGTH_MAX = 16_384;

/**
 * The target of a URL, or why it is refused: only `http:` and `https:`, no user-info, a host that is a name or an address.
 * The host comes from the WHATWG URL parser, so decimal, octal, hexadecimal, short, full-width and percent-encoded
 * spellings of an address arrive as that address. Whether the address may be reached is `judgeAddress`'s to say.
 */
export function judgeUrl(text: string): { readonly ok: true; readonly target: Target } | Refusal {
  if (text.length > URL_LENGTH_MAX)
    return refuse("url_invalid", `The URL is longer than ${URL_LENGTH_MAX} characters.`);
  if (/\p{Cc}|^ | $/u.test(text)) {
    return refuse("url_invalid", "The URL holds a control character, or a blank at its start or end.");
  }
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return refuse("url_invalid", "The URL is not absolute; write it with https:// or http://.");
  if (scheme !== "http" && scheme !== "https") {
    return refuse("scheme_forbidden", `The URL's scheme is ${scheme.slice(0, 40)}:; only https: and http: are sent.`);
  }
  // Stricter than the parser: it would read `http:host`, `http:///host` and backslashes, which other programs read differently.
  const authority = /^[a-z]+:\/\/([^/?#]+)/i.exec(text)?.[1];
  if (authority === undefined) return refuse("url_invalid", "The URL names no host.");
  if (authority.includes("\\")) return refuse("url_invalid", "The URL holds a backslash before its path.");
  if (authority.includes("@")) {
    return refuse("url_invalid", "The URL holds user-info; name a credential instead of writing it into the URL.");
  }
  const url = URL.parse(text);
  if (url === null) return refuse("url_invalid", "The URL's host or port is not valid.");
  return targetOf(url, scheme);
}

function targetOf(url: URL, scheme: "http" | "https"): { readonly ok: true; readonly target: Target } | Refusal {
  const bare = url.hostname.startsWith("[") ? url.hostname.slice(1, -1) : url.hostname;
  const address = parseAddress(bare);
  const host = address === null ? plainName(bare) : address.text;
  if (host === null) return refuse("url_invalid", "The URL's host is not a name that DNS could hold.");
  const port = url.port === "" ? (scheme === "http" ? 80 : 443) : Number(url.port);
  const origin = `${scheme}://${address?.family === 6 ? `[${host}]` : host}${url.port === "" ? "" : `:${url.port}`}`;
  const path = url.pathname + url.search;
  return { ok: true, target: { scheme, host, address, port, origin, path, url: origin + path } };
}

function refuse(code: EgressRefusalCode, message: string): Refusal {
  return { ok: false, code, message };
}
