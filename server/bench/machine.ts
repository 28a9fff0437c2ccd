import { cpus, loadavg, totalmem, release, type } from "node:os";

/** What the figures were measured on, a line each. */
export function machineFacts(nowMs: number, database: string): readonly string[] {
  const cores = cpus();
  const day = new Date(nowMs).toISOString().slice(0, 10);
  return [
    `${day}, ${type()} ${release()}, Node ${process.versions.node}, PostgreSQL ${database}`,
    `${cores.length} × ${cores[0]?.model ?? "unknown processor"}, ${Math.round(totalmem() / 2 ** 30)} GB; server, database, load and echo share it`,
    `load of the machine before the first measurement: ${loadavg()[0]?.toFixed(2)}`,
  ];
}
