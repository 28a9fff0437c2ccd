import { parse, CsvError } from "csv-parse";
import { Readable } from "node:stream";
import { AppError } from "../core/errors.ts";

/** A record of a CSV file. */
export interface CsvRecord {
  readonly cells: readonly string[];
  /** The line it begins on, from 1. */
  readonly line: number;
}

/** Of one record, in characters. */
const RECORD_LENGTH_MAX = 2_000_000;

/**
 * The records of a CSV file (RFC 4180; a byte order mark and empty lines are passed over) as its bytes come in, never
 * more than a few of them held. Throws `value_invalid` with `line` for what is no CSV or not UTF-8.
 */
export async function* readCsv(bytes: AsyncIterable<Uint8Array>, delimiter: string): AsyncGenerator<CsvRecord> {
  const parser = parse({
    delimiter,
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: RECORD_LENGTH_MAX,
  });
  const source = Readable.from(decoded(bytes), { objectMode: false });
  source.on("error", (error) => parser.destroy(error));
  source.pipe(parser);
  try {
    for await (const item of parser) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the parser gives with `info` and no `columns`
      const { record, info } = item as {
        readonly record: readonly string[];
        readonly info: { readonly lines: number };
      };
      const breaks = record.reduce((sum, cell) => sum + (cell.includes("\n") ? cell.split("\n").length - 1 : 0), 0);
      yield { cells: record, line: info.lines - breaks };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error["lines"] === "number" ? error["lines"] : 0;
    throw new AppError("value_invalid", `The file is not CSV: ${error.message.slice(0, 300)}`, { line });
  } finally {
    source.destroy();
    parser.destroy();
  }
}

async function* decoded(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  try {
    for await (const piece of bytes) {
      const text = decoder.decode(piece, { stream: true });
      if (text !== "") yield text;
    }
    const rest = decoder.decode();
    if (rest !== "") yield rest;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new AppError("value_invalid", "The file is not UTF-8: save it as such.", { cause: "encoding" });
  }
}
