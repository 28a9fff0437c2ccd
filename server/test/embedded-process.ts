/**
 * A Steward reduced to its database, as a process of its own that tests may kill:
 * `node embedded-process.ts <home> [write]`. Prints one JSON line when ready; with `write` then the
 * number of each row once its commit is acknowledged. SIGTERM stops it in order.
 */
import { openHome } from "../src/adapters/home/home.ts";
import { lockHome } from "../src/adapters/home/lock-home.ts";
import { startEmbedded } from "../src/adapters/postgres/embedded.ts";
import { openPool } from "../src/adapters/postgres/pool.ts";

const [folder = "", mode] = process.argv.slice(2);
const home = openHome(folder);
const lock = await lockHome(home, Date.now());
const server = await startEmbedded({ home, lock, log: (line) => process.stderr.write(`${line}\n`) });
await lock.describe("http://127.0.0.1:7788");
process.on("SIGTERM", () => void stop());
process.stdout.write(
  `${JSON.stringify({ pid: process.pid, server: server.pid, data: server.dataFolder, uid: process.getuid?.() })}\n`,
);
if (mode === "write") await writeRows();

async function stop(): Promise<void> {
  await server.stop();
  await lock.release();
  process.exit(0);
}

async function writeRows(): Promise<void> {
  const pool = openPool({ connection: server.admin, max: 4, applicationName: "writer", log: () => undefined });
  await pool.query({ text: "create table if not exists written (n int primary key)" });
  const { rows } = await pool.query<{ n: number }>({ text: "select coalesce(max(n), 0) as n from written" });
  let n = rows[0]?.n ?? 0;
  const write = async (): Promise<void> => {
    for (;;) {
      const mine = (n += 1);
      await pool.pipeline([{ name: "write", text: "insert into written values ($1)", values: [mine] }]);
      process.stdout.write(`${mine}\n`);
    }
  };
  await Promise.all([write(), write(), write(), write()]);
}
