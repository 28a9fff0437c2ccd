/** A mail server on this machine, and a transport to it. */
import net from "node:net";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { afterEach } from "vitest";
import { selfSigned } from "../../../test/self-signed.ts";
import { parseAllowList } from "../../core/egress/allow-list.ts";
import type { MailAnswer, MailSending, MailToSend, MailTransport } from "../../core/ports/mail-transport.ts";
import { parseSmtpUrl } from "../../core/smtp-url.ts";
import { createMailTransport } from "./create-mail-transport.ts";
import type { SmtpOptions } from "./smtp-options.ts";

export const HOST = "mail.test";
export const certificate = selfSigned(HOST);

const closing: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

export interface TestMailServer {
  readonly port: number;
  /** What was taken over, whole. */
  readonly messages: string[];
  readonly recipients: string[];
  readonly signIns: string[];
  /** Of each message, whether it came over TLS. */
  readonly secured: boolean[];
}

/** A real mail server; without options it offers STARTTLS, takes everything and asks nobody for a sign-in. */
export async function mailServer(options: SMTPServerOptions = {}): Promise<TestMailServer> {
  const seen = {
    messages: [] as string[],
    recipients: [] as string[],
    signIns: [] as string[],
    secured: [] as boolean[],
  };
  const server = new SMTPServer({
    ...certificate,
    authOptional: true,
    onAuth({ username, password }, _session, done) {
      seen.signIns.push(`${username}:${password}`);
      done(null, { user: username });
    },
    onRcptTo({ address }, _session, done) {
      seen.recipients.push(address);
      done();
    },
    onData(stream, session, done) {
      const pieces: Buffer[] = [];
      stream.on("data", (piece: Buffer) => pieces.push(piece));
      stream.on("end", () => {
        seen.messages.push(Buffer.concat(pieces).toString());
        seen.secured.push(session.secure);
        done(null, "taken");
      });
    },
    ...options,
  });
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  closing.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { port: portOf(server.server), ...seen };
}

/** A server that speaks on each connection as `speaker()` says, line by line; null says nothing, "reset" resets it. */
export async function rawServer(
  speaker: () => (line: string) => string | null,
  greeting: string | null = "220 raw",
): Promise<{ readonly port: number; readonly lines: string[] }> {
  const lines: string[] = [];
  const server = net.createServer((socket) => {
    const speak = speaker();
    socket.on("error", () => undefined);
    if (greeting !== null) socket.write(`${greeting}\r\n`);
    let read = "";
    socket.on("data", (chunk) => {
      read += chunk.toString("latin1");
      for (let end = read.indexOf("\r\n"); end !== -1; end = read.indexOf("\r\n")) {
        const line = read.slice(0, end);
        read = read.slice(end + 2);
        lines.push(line);
        const answer = speak(line);
        if (answer === "reset") socket.resetAndDestroy();
        else if (answer !== null) socket.write(`${answer}\r\n`);
      }
    });
    closing.push(() => socket.destroy());
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  closing.push(() => void server.close());
  return { port: portOf(server), lines };
}

function portOf(server: net.Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

export interface TestTransport extends MailTransport {
  readonly noted: string[];
}

/** As `transport`, to a server that is this machine itself: without STARTTLS, where the operator opened it. */
export function nearTransport(url: string, more: Partial<SmtpOptions> = {}): TestTransport {
  return transport(url, { resolve: async () => ["127.0.0.1"], ...more });
}

/** To a server under the name `mail.test`, elsewhere in the operator's network, which opened it. */
export function transport(url: string, more: Partial<SmtpOptions> = {}): TestTransport {
  const server = parseSmtpUrl(url);
  if (server === null) throw new Error(`${url} is no mail server`);
  const noted: string[] = [];
  const made = createMailTransport({
    server,
    from: "steward@example.com",
    allow: parseAllowList(HOST),
    nowMs: () => 0,
    resolve: async () => ["10.1.1.1"],
    connect: (_address, port) => net.connect({ host: "127.0.0.1", port }),
    ca: certificate.cert,
    note: (host, port, purpose) => noted.push(`${host}:${port} ${purpose}`),
    ...more,
  });
  closing.push(() => made.close());
  return { ...made, noted };
}

export const MESSAGE: MailToSend = {
  id: "msg_1",
  to: "ada@example.org",
  subject: "Confirm your mail address",
  text: "Hello Ada,\n\n.\nhttps://steward.example.com/v?token=abc",
  html: "<p>Hello Ada,</p>",
  createdMs: Date.UTC(2026, 10, 21, 12),
};

export function sendBy(to: MailTransport, more: Partial<MailSending> = {}, message = MESSAGE): Promise<MailAnswer> {
  const signal = new AbortController().signal;
  return to.send(message, { timeoutMs: 5_000, signal, beforeFirstByte: () => true, ...more });
}
