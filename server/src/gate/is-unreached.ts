/** Nobody answered, or nobody may be asked: nothing was heard of whether a secret is good. */
const UNREACHED: ReadonlySet<string> = new Set([
  "address_forbidden",
  "connect",
  "connect_timeout",
  "dns",
  "port_forbidden",
  "protocol",
  "reset",
  "sql_unavailable",
  "timeout",
  "tls",
  "truncated",
  "unavailable",
]);

/** By the code of what was asked. */
export function isUnreached(code: string): boolean {
  return UNREACHED.has(code);
}
