import { type Address, parseAddress } from "./egress/address.ts";
import { normalizeName } from "./egress/host-name.ts";

export interface ImapServer {
  /** A name in lower case, or an address without brackets. */
  readonly host: string;
  /** The address that the URL names itself, null when the host is a name. */
  readonly address: Address | null;
  readonly port: number;
  /** TLS from the first byte (`imaps:`, RFC 8314); else STARTTLS. */
  readonly secure: boolean;
}

/** `imap(s)://host[:port]`; by default port 993 for imaps, 143 for imap. Null when it is not that. */
export function parseImapUrl(text: string): ImapServer | null {
  if (text.length > 500 || /[\p{Cc} ]/u.test(text)) return null;
  const url = URL.parse(text);
  if (url === null || !/^imaps?:$/.test(url.protocol) || url.username !== "" || url.password !== "") return null;
  if (!/^\/?$/.test(url.pathname) || url.search !== "" || url.hash !== "") return null;
  const secure = url.protocol === "imaps:";
  const bare = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const address = parseAddress(bare);
  const host = address === null ? normalizeName(bare) : address.text;
  if (host === null) return null;
  return { host, address, port: url.port === "" ? (secure ? 993 : 143) : Number(url.port), secure };
}
