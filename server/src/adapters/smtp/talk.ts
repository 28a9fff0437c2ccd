/**
 * One message over one open connection (RFC 5321), by the library's state machine. What it means for the message is
 * decided here: nothing is known to have left until the library reads the message's bytes, which it does once the
 * server said 354.
 */
import type net from "node:net";
import { Readable } from "node:stream";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import type { MailAnswer } from "../../core/ports/mail-transport.ts";
import type { SmtpServer } from "../../core/smtp-url.ts";

export interface Talk {
  readonly outcome: Promise<MailAnswer>;
  /** Ends it now, with whatever is true at this moment. */
  stop(cause: "timeout" | "cancelled", reason: string): void;
}

export interface TalkPlan {
  readonly socket: net.Socket;
  readonly server: SmtpServer;
  /** Without TLS. */
  readonly plain: boolean;
  readonly ca: string | undefined;
  readonly from: string;
  readonly to: readonly string[];
  readonly message: Buffer;
  /** Ends once the server has let the user in. */
  readonly none: boolean;
  readonly timeoutMs: number;
  readonly mayBegin: () => boolean;
}

/** For a polite end after the server's last word. */
const QUIT_MS = 2_000;

export function talk(plan: TalkPlan): Talk {
  const { server, socket, message } = plan;
  const { promise: outcome, resolve } = Promise.withResolvers<MailAnswer>();
  const connection = openConnection(plan);
  let begun = false;
  let over = false;

  const settle = (answer: MailAnswer): void => {
    if (over) return;
    over = true;
    resolve(answer);
    if (answer.kind === "accepted") {
      connection.quit();
      setTimeout(() => socket.destroy(), QUIT_MS).unref();
    } else {
      connection.close();
      socket.destroy();
    }
  };
  const fail = (error: unknown): void => settle(failureOf(server, error, begun));

  const content = new Readable({
    read() {
      if (begun) return;
      if (!plan.mayBegin()) {
        settle({ kind: "refused", code: "cancelled", message: "It was cancelled before the message was sent." });
        return;
      }
      begun = true;
      this.push(message);
      this.push(null);
    },
  });
  content.on("error", () => undefined);

  const send = (): void => {
    if (plan.none) return settle({ kind: "accepted", status: 235, bytes: 0 });
    const envelope = { from: plan.from, to: [...plan.to], size: message.length };
    connection.send(envelope, content, (error, info) => {
      if (error) return fail(error);
      const status = Number.parseInt(info?.response ?? "", 10) || 250;
      const refused = info?.rejected ?? [];
      settle({ kind: "accepted", status, bytes: message.length, ...(refused.length > 0 ? { refused } : {}) });
    });
  };
  connection.on("error", fail);
  connection.once("end", () => fail(new Error("the connection was closed")));
  connection.connect((error) => {
    if (error) return fail(error);
    if (server.auth === null) return send();
    connection.login({ credentials: { ...server.auth } }, (refused) => (refused ? fail(refused) : send()));
  });
  return {
    outcome,
    stop(cause, reason) {
      settle(stoppedAs(cause, reason, begun));
    },
  };
}

function openConnection({ server, socket, plain, ca, from, timeoutMs }: TalkPlan): SMTPConnection {
  return new SMTPConnection({
    host: server.host,
    port: server.port,
    connection: socket,
    secure: server.secure,
    requireTLS: !server.secure && !plain,
    ignoreTLS: plain,
    name: from.slice(from.lastIndexOf("@") + 1), // not this machine's name
    socketTimeout: timeoutMs + QUIT_MS, // the sending's own time is over before
    maxResponseSize: 64 * 1024,
    tls: {
      // An address is not a server name (RFC 6066); the certificate is then compared with `host`.
      servername: server.address === null ? server.host : "",
      minVersion: "TLSv1.2",
      rejectUnauthorized: true,
      ...(ca === undefined ? {} : { ca }),
    },
  });
}

export function stoppedAs(cause: "timeout" | "cancelled", reason: string, begun: boolean): MailAnswer {
  if (begun) return { kind: "unknown", code: cause === "timeout" ? "timeout" : "aborted", message: reason };
  if (cause === "timeout") return { kind: "unsent", code: "connect_timeout", message: reason };
  return { kind: "refused", code: "cancelled", message: reason };
}

/** What the library says of an error beside its message, which may hold the server's own words and is never passed on. */
interface Particulars {
  readonly code?: unknown;
  readonly originalCode?: unknown;
  readonly responseCode?: unknown;
  readonly command?: unknown;
  readonly response?: unknown;
}

function failureOf(server: SmtpServer, error: unknown, begun: boolean): MailAnswer {
  const known: Particulars = typeof error === "object" && error !== null ? error : {};
  const where = `${server.host} (port ${server.port})`;
  const command = typeof known.command === "string" ? known.command : "";
  const status = typeof known.responseCode === "number" ? known.responseCode : null;
  if (known.code === "EAUTH" && !begun) {
    const said = status === null ? "" : ` (${status})`;
    return { kind: "unsent", code: "mail_sign_in", message: `${where} does not accept the sign-in${said}.` };
  }
  if (!begun && isTls(known)) {
    const why = typeof known.originalCode === "string" ? known.originalCode : "it can't be made secure";
    return { kind: "unsent", code: "tls", message: `No secure connection to ${where}: ${why}.` };
  }
  if (status !== null && status >= 400) {
    // Only of this recipient and this message is a refusal final; the rest is the operator's to mend.
    const permanent = status >= 500 && (command === "RCPT TO" || command === "DATA");
    const said = `${status}${enhancedCode(known.response)}`;
    return {
      kind: "rejected",
      permanent,
      status,
      message: `${where} answered ${said} to ${command || "the connection"}.`,
    };
  }
  if (begun) {
    const code = known.code === "EPROTOCOL" ? "protocol" : "reset";
    return { kind: "unknown", code, message: `${where} took the message and closed the connection without an answer.` };
  }
  if (known.code === "ETIMEDOUT") {
    return { kind: "unsent", code: "connect_timeout", message: `${where} did not answer in time.` };
  }
  const system = typeof known.originalCode === "string" ? known.originalCode : "it was closed";
  const why = status === null ? system : String(status);
  return { kind: "unsent", code: "connect", message: `${where} ended the connection: ${why}.` };
}

/** `5.1.1` of RFC 3463, in front of the server's words. */
function enhancedCode(response: unknown): string {
  const found = typeof response === "string" ? /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1] : undefined;
  return found === undefined ? "" : ` ${found}`;
}

function isTls({ code, originalCode, command }: Particulars): boolean {
  if (code === "ETLS" || command === "STARTTLS") return true;
  return typeof originalCode === "string" && /CERT|TLS|SSL|SIGNATURE|ISSUER|CHAIN|ALTNAME/.test(originalCode);
}
