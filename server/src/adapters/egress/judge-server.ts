import { type Address, addressKind } from "../../core/egress/address.ts";
import type { AllowList } from "../../core/egress/allow-list.ts";
import { isOpened } from "../../core/egress/judge-address.ts";
import type { Target } from "../../core/egress/judge-url.ts";

/** An address of a server of another protocol than HTTP that may be connected to. */
export interface ServerAddress {
  readonly address: Address;
  /** It is this machine itself, and the operator opened it: then words may go over it without TLS. */
  readonly plain: boolean;
}

/** Of a server's addresses those on the public internet, where its port may be used there, and those that the operator opened. */
export function judgeServer(
  allow: AllowList,
  target: Target,
  addresses: readonly Address[],
  publicPort: boolean,
): readonly ServerAddress[] {
  return addresses.flatMap((address) => {
    const opened = isOpened(allow, target, address);
    if (!opened && !(publicPort && addressKind(address) === "public")) return [];
    return [{ address, plain: opened && addressKind(address) === "loopback" }];
  });
}

/** A server as the guard sees a target. */
export function serverTarget(
  scheme: string,
  { host, address, port }: { readonly host: string; readonly address: Address | null; readonly port: number },
): Target {
  const origin = `${scheme}://${address?.family === 6 ? `[${host}]` : host}:${port}`;
  return { scheme: "http", host, address, port, origin, path: "", url: origin };
}
