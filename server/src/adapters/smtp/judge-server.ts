import { type Address, addressKind } from "../../core/egress/address.ts";
import type { AllowList } from "../../core/egress/allow-list.ts";
import { isOpened } from "../../core/egress/judge-address.ts";
import type { Target } from "../../core/egress/judge-url.ts";
import type { SmtpServer } from "../../core/smtp-url.ts";

/** An address of the mail server that may be connected to. */
export interface ServerAddress {
  readonly address: Address;
  /** It is this machine itself, and the operator opened it: then words may go over it without TLS. */
  readonly plain: boolean;
}

/** The mail server as the guard sees a target; its port is the operator's choice, for the operator named it. */
export function targetOf({ host, address, port }: SmtpServer): Target {
  const origin = `smtp://${address?.family === 6 ? `[${host}]` : host}:${port}`;
  return { scheme: "http", host, address, port, origin, path: "", url: origin };
}

/** Of the server's addresses those on the public internet, and those that the operator opened. */
export function judgeServer(allow: AllowList, target: Target, addresses: readonly Address[]): readonly ServerAddress[] {
  return addresses.flatMap((address) => {
    const opened = isOpened(allow, target, address);
    if (!opened && addressKind(address) !== "public") return [];
    return [{ address, plain: opened && addressKind(address) === "loopback" }];
  });
}
