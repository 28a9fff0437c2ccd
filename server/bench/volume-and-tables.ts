/** Files up and down, and rows from CSV, by the API and from another process; for information. */
import type { Bench, Line, Measurement } from "./measurement.ts";

const MEGABYTE = 1_000_000;
const CALL_MS_MAX = 120_000;

export const volumeAndTables: Measurement = {
  name: "volume-and-tables",
  async run(bench) {
    return [...(await files(bench)), await csv(bench)];
  },
};

async function files({ steward, sizes, say }: Bench): Promise<readonly Line[]> {
  const megabytes = sizes.fileMegabytes;
  say(`a file of ${megabytes} MB up and down`);
  const content = Buffer.alloc(megabytes * MEGABYTE);
  for (let at = 0; at < content.length; at += 4) content.writeUInt32LE((at * 2_654_435_761) >>> 0, at); // deflates badly
  const authorization = steward.headers["authorization"] ?? "";
  const upBegan = performance.now();
  const up = await fetch(`${steward.address}/v1/files/content?path=bench.bin`, {
    method: "PUT",
    headers: { authorization, "content-type": "application/octet-stream" },
    body: content,
    signal: AbortSignal.timeout(CALL_MS_MAX),
  });
  const stored = await up.text();
  const upMs = performance.now() - upBegan;
  if (!up.ok) throw new Error(`the upload was answered ${up.status}: ${stored}`);
  const { id } = await steward.client.findFile({ path: "bench.bin" });
  const downBegan = performance.now();
  const down = await fetch(`${steward.address}/v1/files/${id}/content`, {
    headers: { authorization },
    signal: AbortSignal.timeout(CALL_MS_MAX),
  });
  let bytes = 0;
  for await (const piece of down.body ?? []) bytes += piece.length;
  const downMs = performance.now() - downBegan;
  if (bytes !== content.length) throw new Error(`of ${content.length} bytes ${bytes} came back`);
  const line = (what: string, ms: number): Line => ({
    what: `a file of ${megabytes} MB ${what}`,
    measured: `${Math.round((megabytes * 1000) / ms)} MB/s`,
  });
  return [line("up, sealed and synced", upMs), line("down, opened", downMs)];
}

async function csv({ steward, sizes, say }: Bench): Promise<Line> {
  const { importedRows } = sizes;
  say(`${importedRows} rows from CSV`);
  const { id } = await steward.client.createTable({
    body: {
      name: "bench",
      columns: [
        { name: "name", type: "text" },
        { name: "amount", type: "number" },
        { name: "count", type: "integer" },
        { name: "day", type: "date" },
      ],
    },
  });
  const lines = Array.from({ length: importedRows }, (_, at) => `customer ${at},${at / 100},${at},2026-11-21`);
  const began = performance.now();
  const answer = await fetch(`${steward.address}/v1/tables/${id}/import`, {
    method: "POST",
    headers: { authorization: steward.headers["authorization"] ?? "", "content-type": "text/csv" },
    body: `name,amount,count,day\n${lines.join("\n")}\n`,
    signal: AbortSignal.timeout(CALL_MS_MAX),
  });
  const text = await answer.text();
  const seconds = (performance.now() - began) / 1000;
  if (!answer.ok) throw new Error(`the import was answered ${answer.status}: ${text}`);
  return {
    what: `${importedRows} rows from CSV`,
    measured: `${seconds.toFixed(1)} s, ${Math.round(importedRows / seconds)} rows/s`,
  };
}
