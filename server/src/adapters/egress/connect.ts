import net from "node:net";
import tls from "node:tls";
import type { Target } from "../../core/egress/judge-url.ts";
import type { Address } from "../../core/egress/address.ts";
import type { ClientCertificate } from "../../core/ports/egress.ts";
import { messageOf } from "../../core/thrown.ts";

/** Begins a TCP connection to exactly this address. A port, so that tests of forbidden addresses record and send nothing. */
export type Connect = (address: Address, port: number) => net.Socket;

export const connectTcp: Connect = (address, port) =>
  net.connect({
    host: address.text,
    port,
    family: address.family,
    autoSelectFamily: false,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 60_000,
    // The address is final. Were it ever not one, nothing may be looked up a second time.
    lookup: (name, _options, done) => done(new Error(`${name} is not an address`), "", 0),
  });

/** A connection that was not made: nothing of a request was sent. */
export class ConnectFailure extends Error {
  readonly stage: "connect" | "tls" | "connect_timeout";

  constructor(stage: ConnectFailure["stage"], message: string) {
    super(message);
    this.name = "ConnectFailure";
    this.stage = stage;
  }
}

export interface ConnectPlan {
  readonly connect: Connect;
  readonly target: Target;
  readonly address: Address;
  /** For TCP and TLS together. */
  readonly timeoutMs: number;
  /** Certificates trusted beside none of the usual ones; undefined trusts the usual ones. */
  readonly ca: string | undefined;
  /** With which the client proves itself; its authority stands in the place of `ca`. */
  readonly certificate?: ClientCertificate | undefined;
}

/** The socket to write to (`secure` or the same as `raw`) once it is open. */
export type Opened = (failure: ConnectFailure | null, socket: net.Socket) => void;

/** Connects and, for https, completes the handshake; answers the raw socket at once, so that it can be destroyed, and calls `opened` once. */
export function openSocket(plan: ConnectPlan, opened: Opened): net.Socket {
  const raw = plan.connect(plan.address, plan.target.port);
  const where = `${plan.target.host} (${plan.address.text}, port ${plan.target.port})`;
  let secure: net.Socket | null = null;
  let over = false;
  const settle = (failure: ConnectFailure | null): void => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    if (failure !== null) raw.destroy();
    opened(failure, secure ?? raw);
  };
  const failed = (error?: Error): void => {
    const why = error?.message ?? "it was closed";
    if (secure === null) settle(new ConnectFailure("connect", `No connection to ${where}: ${why}.`));
    else settle(new ConnectFailure("tls", `No secure connection to ${where}: ${why}.`));
  };
  const timer = setTimeout(() => {
    settle(new ConnectFailure("connect_timeout", `No connection to ${where} within ${plan.timeoutMs} ms.`));
  }, plan.timeoutMs);
  raw.on("error", failed);
  raw.once("close", () => failed());
  raw.once("connect", () => {
    if (plan.target.scheme === "http") return settle(null);
    try {
      secure = secureSocket(plan, raw);
    } catch (error) {
      // A certificate or key that the TLS library does not take.
      return settle(new ConnectFailure("tls", `No secure connection to ${where}: ${messageOf(error)}.`));
    }
    secure.on("error", failed);
    secure.once("secureConnect", () => settle(null));
  });
  return raw;
}

/** TLS 1.2 or newer with the certificate checked against the URL's host, whatever the environment says (PROMISES B6). */
function secureSocket(plan: ConnectPlan, raw: net.Socket): tls.TLSSocket {
  const { target, certificate } = plan;
  const ca = certificate?.authority ?? plan.ca;
  return tls.connect({
    socket: raw,
    host: target.host,
    // An address is not a server name (RFC 6066); the certificate is then compared with `host`.
    servername: target.address === null ? target.host : "",
    ALPNProtocols: ["http/1.1"],
    minVersion: "TLSv1.2",
    rejectUnauthorized: true,
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined
      ? {}
      : {
          cert: certificate.certificate,
          key: certificate.key,
          ...(certificate.passphrase === null ? {} : { passphrase: certificate.passphrase }),
        }),
  });
}
