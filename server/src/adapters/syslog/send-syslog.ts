/**
 * Syslog over TLS or TCP (RFC 5425, RFC 6587): a connection for each send, made only to an address that the egress guard
 * lets pass, by its number. Plain TCP goes to what the operator opened and nowhere else: the log is not for everybody on the way.
 */
import type { Socket } from "node:net";
import tls from "node:tls";
import type { Address } from "../../core/egress/address.ts";
import { nameIsAllowed, type AllowList } from "../../core/egress/allow-list.ts";
import { isOpened, mayConnect } from "../../core/egress/judge-address.ts";
import type { Syslog, SyslogAnswer, SyslogRequest } from "../../core/ports/syslog.ts";
import { connectTcp, type Connect } from "../egress/connect.ts";
import { AddressBook, resolveByDns, resolveBySystem, type Resolve } from "../egress/resolve.ts";

export interface SyslogOptions {
  /** What the operator opens beyond the public internet. */
  readonly allow: AllowList;
  /** Monotonic. */
  readonly nowMs: () => number;
  /** Replaces both resolvers. */
  readonly resolve?: Resolve;
  readonly connect?: Connect;
  /** Certificates (PEM) to trust instead of the usual ones. */
  readonly ca?: string;
}

type Failure = Extract<SyslogAnswer, { kind: "failed" }>["code"];

/** How long the collector may take to end the connection after us; a silent one has taken it all. */
const FAREWELL_MS = 3000;

export function createSyslog(options: SyslogOptions): Syslog {
  const publicNames = new AddressBook(options.resolve ?? resolveByDns(null), options.nowMs);
  const openedNames = new AddressBook(options.resolve ?? resolveBySystem, options.nowMs);

  const addressOf = async ({ address: { tls: secured, target } }: SyslogRequest): Promise<Address | Failure> => {
    const { allow } = options;
    const names = nameIsAllowed(allow, target.host, target.port) ? openedNames : publicNames;
    let found: readonly Address[];
    try {
      found = target.address === null ? await names.lookup(target.host) : [target.address];
    } catch {
      return "dns";
    }
    const passing = found.filter((address) => mayConnect(allow, target, address));
    if (passing.length === 0) return "address_forbidden";
    return passing.find((address) => secured || isOpened(allow, target, address)) ?? "scheme_forbidden";
  };

  return {
    async send(request) {
      if (request.signal.aborted) return { kind: "failed", code: "cancelled" };
      const address = await addressOf(request);
      if (typeof address === "string") return { kind: "failed", code: address };
      return await handOver(options, request, address);
    },
  };
}

function handOver(options: SyslogOptions, request: SyslogRequest, address: Address): Promise<SyslogAnswer> {
  const { target, tls: secured } = request.address;
  const raw = (options.connect ?? connectTcp)(address, target.port);
  return new Promise((settle) => {
    let stage: Failure = "connect";
    let over = false;
    let flushed = false;
    const finish = (answer: SyslogAnswer): void => {
      if (over) return;
      over = true;
      for (const cancel of timers) clearTimeout(cancel);
      request.signal.removeEventListener("abort", aborted);
      raw.destroy();
      settle(answer);
    };
    const fail = (code: Failure = stage): void => finish({ kind: "failed", code });
    const aborted = (): void => fail("cancelled");
    const timers = [setTimeout(() => fail("timeout"), request.timeoutMs)];
    request.signal.addEventListener("abort", aborted);
    const write = (socket: Socket): void => {
      stage = "reset";
      socket.resume(); // collectors say nothing; what one says is not read
      socket.once("end", () => finish({ kind: "taken" }));
      socket.end(request.frames, () => {
        flushed = true;
        timers.push(setTimeout(() => finish({ kind: "taken" }), FAREWELL_MS));
      });
    };
    raw.on("error", () => fail());
    // A collector may close the connection without TLS's own farewell; after a reset there was an error before this.
    raw.once("close", () => (flushed ? finish({ kind: "taken" }) : fail()));
    raw.once("connect", () => {
      if (!secured) return write(raw);
      stage = "tls";
      const secure = tls.connect(secureOptions(options, request, raw));
      secure.on("error", () => fail());
      secure.once("secureConnect", () => write(secure));
    });
  });
}

/** TLS 1.2 or newer with the certificate checked against the host that was named, whatever the environment says. */
function secureOptions({ ca }: SyslogOptions, request: SyslogRequest, socket: Socket): tls.ConnectionOptions {
  const { target } = request.address;
  return {
    socket,
    host: target.host,
    servername: target.address === null ? target.host : "",
    minVersion: "TLSv1.2",
    rejectUnauthorized: true,
    ...(ca === undefined ? {} : { ca }),
  };
}
