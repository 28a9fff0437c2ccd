/** STEWARD_SMTP_URL, read. */
import { type Address, parseAddress } from "./egress/address.ts";
import { normalizeName } from "./egress/host-name.ts";

export interface SmtpServer {
  /** A name in lower case, or an address without brackets. */
  readonly host: string;
  /** The address that the setting names itself, null when the host is a name. */
  readonly address: Address | null;
  readonly port: number;
  /** TLS from the first byte (`smtps:`, RFC 8314); else STARTTLS (RFC 3207). */
  readonly secure: boolean;
  readonly auth: { readonly user: string; readonly pass: string } | null;
}

/** `smtp(s)://[user:password@]host[:port]`; by default port 465 for smtps, 587 for smtp. Null when it is not that. */
export function parseSmtpUrl(text: string): SmtpServer | null {
  if (text.length > 2_000 || /[\p{Cc} ]/u.test(text)) return null;
  const url = URL.parse(text);
  if (url === null || !/^smtps?:$/.test(url.protocol)) return null;
  if (!/^\/?$/.test(url.pathname) || url.search !== "" || url.hash !== "") return null;
  const secure = url.protocol === "smtps:";
  const bare = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const address = parseAddress(bare);
  const host = address === null ? normalizeName(bare) : address.text;
  const auth = authOf(url);
  if (host === null || auth === undefined) return null;
  return { host, address, port: url.port === "" ? (secure ? 465 : 587) : Number(url.port), secure, auth };
}

/** Undefined when only one of the two is there, or they are not percent-encoded as they should be. */
function authOf({ username, password }: URL): SmtpServer["auth"] | undefined {
  if (username === "" && password === "") return null;
  if (username === "" || password === "") return undefined;
  try {
    return { user: decodeURIComponent(username), pass: decodeURIComponent(password) };
  } catch {
    return undefined;
  }
}
