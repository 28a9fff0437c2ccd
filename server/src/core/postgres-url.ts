/** The address of a project's own PostgreSQL, read. */
import { type Address, parseAddress } from "./egress/address.ts";
import { normalizeName } from "./egress/host-name.ts";

export interface PostgresServer {
  /** A name in lower case, or an address without brackets. */
  readonly host: string;
  /** The address that the URL names itself, null when the host is a name. */
  readonly address: Address | null;
  readonly port: number;
  readonly database: string;
}

/**
 * `postgres://host[:5432]/database`, without user, password and parameters: who signs in is a secret, and how the
 * connection is made secure is not for an address to say. Null when it is not that.
 */
export function parsePostgresUrl(text: string): PostgresServer | null {
  if (text.length > 500 || /[\p{Cc} ]/u.test(text)) return null;
  const url = URL.parse(text);
  if (url === null || !/^postgres(?:ql)?:$/.test(url.protocol)) return null;
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") return null;
  const bare = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const address = parseAddress(bare);
  const host = address === null ? normalizeName(bare) : address.text;
  const database = decoded(url.pathname.slice(1));
  if (host === null || database === null) return null;
  return { host, address, port: url.port === "" ? 5432 : Number(url.port), database };
}

/** A name of a database has at most 63 bytes (PostgreSQL documentation, "Identifiers and Key Words"). */
function decoded(name: string): string | null {
  try {
    const plain = decodeURIComponent(name);
    return plain !== "" && !/[\p{Cc}/]/u.test(plain) && new TextEncoder().encode(plain).length <= 63 ? plain : null;
  } catch {
    return null;
  }
}
