import { type Address, addressKind } from "./address.ts";
import { type AllowList, addressIsAllowed, nameIsAllowed } from "./allow-list.ts";
import { hostMatches } from "./host-name.ts";
import type { Refusal, Target } from "./judge-url.ts";

/** Ports that speak something else than HTTP, which a crafted request could abuse (WHATWG Fetch, "bad port"). */
const PORTS_FORBIDDEN = new Set([
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
  111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
  540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
  6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]);

/** The guard's last word about one address: public, or opened by the operator for this host, address and port. */
export function mayConnect(allow: AllowList, target: Target, address: Address): boolean {
  if (isOpened(allow, target, address)) return true;
  return addressKind(address) === "public" && !PORTS_FORBIDDEN.has(target.port);
}

/** Whether the operator's list opens this address for this target. */
export function isOpened(allow: AllowList, target: Target, address: Address): boolean {
  if (target.address === null && nameIsAllowed(allow, target.host, target.port)) return true;
  return addressIsAllowed(allow, address, target.port);
}

/** Why none of a host's addresses may be connected to. */
export function refuseAddresses(target: Target, addresses: readonly Address[]): Refusal {
  const kinds = [...new Set(addresses.map((address) => addressKind(address)))];
  if (kinds.includes("public")) {
    return { ok: false, code: "port_forbidden", message: `Port ${target.port} of ${target.host} is not for HTTP.` };
  }
  const seen =
    addresses.length === 0
      ? ""
      : ` (${addresses
          .slice(0, 4)
          .map((address) => address.text)
          .join(", ")}: ${kinds.join(", ")})`;
  return {
    ok: false,
    code: "address_forbidden",
    message: `${target.host} is not on the public internet${seen}. ${openingOf(target, kinds)}`,
  };
}

/** Ranges of networks that people have of their own; what else is not public (metadata, multicast, …) is no service to reach. */
const OWN_NETWORKS: ReadonlySet<string> = new Set(["loopback", "private", "uniqueLocal", "carrierGradeNat"]);

/** What the operator sets so that the target may be reached, ready to copy where that is a thing to do. */
function openingOf({ host, address, port }: Target, kinds: readonly string[]): string {
  if (!kinds.some((kind) => OWN_NETWORKS.has(kind))) return "The operator can open it with STEWARD_EGRESS_ALLOW.";
  const entry = `${address?.family === 6 ? `[${host}]` : host}:${port}`;
  return `The operator can open it with STEWARD_EGRESS_ALLOW=${entry}, beside what stands there already.`;
}

/** Refuses a target outside a credential's or connector's hosts; null when it is inside. */
export function judgeHost(target: Target, hosts: readonly string[] | null): Refusal | null {
  if (hosts === null || hostMatches(target.host, hosts)) return null;
  return { ok: false, code: "host_not_allowed", message: `${target.host} is not among the hosts allowed here.` };
}
