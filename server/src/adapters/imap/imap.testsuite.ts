/** A Dovecot on this machine, with one mailbox, and a client of it. */
import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir, userInfo } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { selfSigned } from "../../../test/self-signed.ts";
import { parseAllowList } from "../../core/egress/allow-list.ts";
import { parseImapUrl } from "../../core/imap-url.ts";
import type { ImapAnswer, ImapAsking, ImapTask } from "../../core/ports/imap-client.ts";
import { createImapClient, type ImapClientOptions } from "./create-imap-client.ts";

const PROGRAM = "/usr/sbin/dovecot";

/** In CI it has to be there. */
export const DEBIANS_DOVECOT = existsSync(PROGRAM) || process.env["CI"] === "true";
if (!DEBIANS_DOVECOT)
  console.log(`no ${PROGRAM}: tests of mailboxes are skipped. On Debian: apt-get install dovecot-imapd`);

export const HOST = "mail.test";
export const USER = "ann";
export const PASSWORD = "canary-of-a-password";

export interface TestMailbox {
  readonly ports: { readonly imap: number; readonly imaps: number };
  /** The certificate's, for `mail.test` and 127.0.0.1. */
  readonly ca: string;
  stop(): Promise<void>;
}

/** Dovecot can't be root's alone: as root it runs as nobody. */
const AS: { readonly uid: number; readonly gid: number } | null =
  process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : null;

export async function startDovecot(settings: Readonly<Record<string, string>> = {}): Promise<TestMailbox> {
  const folder = mkdtempSync(path.join(tmpdir(), "steward-dovecot-"));
  for (const name of ["run", "state", "mail"]) mkdirSync(path.join(folder, name));
  const { key, cert } = selfSigned(HOST);
  const ports = { imap: await freePort(), imaps: await freePort() };
  writeFileSync(path.join(folder, "key.pem"), key);
  writeFileSync(path.join(folder, "cert.pem"), cert);
  writeFileSync(path.join(folder, "users"), `${USER}:{PLAIN}${PASSWORD}::::::\n`);
  writeFileSync(path.join(folder, "dovecot.conf"), configOf(folder, ports, settings));
  if (AS !== null) {
    for (const name of ["", "run", "state", "mail", "key.pem", "cert.pem", "users", "dovecot.conf"])
      chownSync(path.join(folder, name), AS.uid, AS.gid);
  }
  chmodSync(folder, 0o700);
  const server = spawn(PROGRAM, ["-F", "-c", path.join(folder, "dovecot.conf")], {
    ...AS,
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const said: string[] = [];
  server.stderr?.on("data", (piece: Buffer) => said.push(piece.toString()));
  await ready(server, ports.imap, said);
  return {
    ports,
    ca: cert,
    async stop() {
      if (server.exitCode === null) {
        server.kill("SIGTERM");
        await new Promise((resolve) => server.once("exit", resolve));
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configOf(folder: string, ports: TestMailbox["ports"], more: Readonly<Record<string, string>>): string {
  const { username, uid, gid } = AS === null ? userInfo() : { username: "nobody", ...AS };
  const group = AS === null ? username : "nogroup";
  const bare = ["anvil", "stats", "imap-login", "ipc"].map(
    (name) => `service ${name} {\n  chroot =\n${name === "imap-login" ? listeners(ports) : ""}}`,
  );
  return `
protocols = imap
listen = 127.0.0.1
base_dir = ${folder}/run
state_dir = ${folder}/state
default_internal_user = ${username}
default_internal_group = ${group}
default_login_user = ${username}
log_path = ${folder}/log
mail_location = maildir:${folder}/mail/%u
mail_uid = ${uid}
mail_gid = ${gid}
first_valid_uid = 1
first_valid_gid = 1
ssl = yes
ssl_cert = <${folder}/cert.pem
ssl_key = <${folder}/key.pem
disable_plaintext_auth = no
auth_failure_delay = 0
passdb {
  driver = passwd-file
  args = ${folder}/users
}
userdb {
  driver = static
  args = uid=${uid} gid=${gid} home=${folder}/mail
}
namespace inbox {
  inbox = yes
  mailbox Drafts {
    auto = create
    special_use = \\Drafts
  }
  mailbox Archive {
    auto = create
  }
}
${bare.join("\n")}
${Object.entries(more)
  .map(([name, value]) => `${name} = ${value}`)
  .join("\n")}
`;
}

function listeners({ imap, imaps }: TestMailbox["ports"]): string {
  return `  inet_listener imap {\n    port = ${imap}\n  }\n  inet_listener imaps {\n    port = ${imaps}\n    ssl = yes\n  }\n`;
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function ready(server: ChildProcess, port: number, said: readonly string[]): Promise<void> {
  for (let tried = 0; tried < 100; tried += 1) {
    if (server.exitCode !== null) throw new Error(`dovecot does not start: ${said.join("")}`);
    const is = await new Promise<boolean>((resolve) => {
      const socket = net.connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
      socket.once("close", () => undefined);
      setTimeout(() => socket.destroy(), 50).unref();
    });
    if (is) return;
    await pause(50);
  }
  throw new Error(`dovecot listens nowhere: ${said.join("")}`);
}

/** Asks `url` under the name `mail.test`, which the operator opened; it is this machine. */
export function mailbox(url: string, more: Partial<ImapClientOptions> = {}) {
  const server = parseImapUrl(url);
  if (server === null) throw new Error(`${url} is no mailbox`);
  const client = createImapClient({
    allow: parseAllowList(HOST),
    nowMs: () => performance.now(),
    resolve: async () => ["127.0.0.1"],
    ...more,
  });
  const ask = (task: ImapTask, given: Partial<ImapAsking> = {}): Promise<ImapAnswer> =>
    client.perform({
      server,
      user: USER,
      password: PASSWORD,
      task,
      partition: "one",
      timeoutMs: 10_000,
      signal: new AbortController().signal,
      beforeFirstByte: () => true,
      ...given,
    });
  return { client, ask };
}
