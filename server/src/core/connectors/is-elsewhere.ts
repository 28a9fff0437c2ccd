import type { Connector } from "@steward/sdk";

/**
 * Whether a connection was made while its provider was at another place. What it holds was given for that place: it is
 * neither used nor refreshed nor revoked at this one.
 */
export function isElsewhere(
  { base }: Pick<Connector, "base">,
  { address, hosts }: { readonly address: string | null; readonly hosts: readonly string[] },
): boolean {
  if (address !== null || hosts.length === 0) return false;
  return !hosts.includes(new URL(base).hostname.replace(/^\[(.*)\]$/, "$1"));
}
