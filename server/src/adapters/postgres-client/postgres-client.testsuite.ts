/** A PostgreSQL of Debian's for tests, with TLS, on this machine. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "pg";
import { selfSigned } from "../../../test/self-signed.ts";

const BIN = "/usr/lib/postgresql/15/bin";
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
/** In CI it has to be there. */
export const DEBIANS_POSTGRES = existsSync(BIN) || process.env["CI"] === "true";
if (!DEBIANS_POSTGRES)
  console.log(`no ${BIN}: tests of the connector postgres are skipped. On Debian: apt-get install postgresql-15`);

export const USER = "ann";
export const PASSWORD = "canary-of-a-password";

export interface TestPostgres {
  readonly port: number;
  /** The certificate's, for `steward.test` and 127.0.0.1. */
  readonly ca: string;
  /** As the superuser. */
  sql(text: string): Promise<readonly Record<string, unknown>[]>;
  stop(): Promise<void>;
}

/** With a database `shop` and a user by SCRAM; `tls: false` offers none. */
export async function startPostgres({ tls = true } = {}): Promise<TestPostgres> {
  const folder = mkdtempSync(path.join(tmpdir(), "steward-own-pg-"));
  if (NOBODY.uid !== undefined) chownSync(folder, NOBODY.uid, NOBODY.gid);
  chmodSync(folder, 0o711);
  const data = path.join(folder, "data");
  run(
    "initdb",
    [
      "-D",
      data,
      "-U",
      "postgres",
      "--auth-local=trust",
      "--auth-host=scram-sha-256",
      "--locale=C.UTF-8",
      "--encoding=UTF8",
    ],
    folder,
  );
  const { key, cert } = selfSigned();
  writeOwned(path.join(data, "server.key"), key);
  writeOwned(path.join(data, "server.crt"), cert);
  const port = await freePort();
  const settings = { listen_addresses: "127.0.0.1", ssl: tls ? "on" : "off", fsync: "off", max_connections: "20" };
  const server = spawn(
    path.join(BIN, "postgres"),
    [
      "-D",
      data,
      "-k",
      folder,
      "-p",
      String(port),
      ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ],
    { ...NOBODY, cwd: folder, stdio: ["ignore", "ignore", "pipe"] },
  );
  await ready(server);
  const sql = async (text: string): Promise<readonly Record<string, unknown>[]> => {
    const client = new Client({
      host: folder,
      port,
      user: "postgres",
      database: text.startsWith("create database") ? "postgres" : "shop",
    });
    await client.connect();
    try {
      const answer = await client.query(text);
      return Array.isArray(answer) ? [] : answer.rows;
    } finally {
      await client.end();
    }
  };
  await sql("create database shop");
  await sql(`create role ${USER} login password '${PASSWORD}'; grant create on schema public to ${USER}`);
  return {
    port,
    ca: cert,
    sql,
    async stop() {
      const gone = new Promise((done) => server.once("exit", done));
      server.kill("SIGINT");
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A server that is none: it does with each connection as it is told. */
export async function fakeServer(
  serve: (socket: Socket) => void,
): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    serve(socket);
  });
  await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

function run(program: string, given: readonly string[], cwd: string): void {
  const made = spawnSync(path.join(BIN, program), [...given], { ...NOBODY, encoding: "utf8", cwd });
  if (made.status !== 0) throw new Error(made.stderr);
}

function writeOwned(file: string, text: string): void {
  writeFileSync(file, text, { mode: 0o600 });
  if (NOBODY.uid !== undefined) chownSync(file, NOBODY.uid, NOBODY.gid);
}

async function freePort(): Promise<number> {
  const free = await fakeServer(() => undefined);
  await free.stop();
  return free.port;
}

function ready(server: ChildProcess): Promise<void> {
  return new Promise<void>((done, fail) => {
    server.on("exit", (code) => fail(new Error(`postgres ended with ${code}`)));
    server.stderr?.on("data", (text: Buffer) => text.includes("ready to accept connections") && done());
  });
}
