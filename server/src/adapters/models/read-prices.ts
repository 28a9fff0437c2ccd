import { readFileSync } from "node:fs";
import { AppError } from "../../core/errors.ts";
import { parsePriceFile } from "../../core/models/price-file.ts";
import { type PriceBook, priceBook } from "../../core/models/prices.ts";
import { messageOf } from "../../core/thrown.ts";

/** The prices of models, an operator's file above the table. Throws `start_refused` for a file that can't be read or is none. */
export function readPrices(file: string | null): PriceBook {
  if (file === null) return priceBook([]);
  const parsed = parsePriceFile(readText(file));
  if (parsed.ok) return priceBook(parsed.prices);
  throw new AppError("start_refused", `${file} holds no prices of models (STEWARD_MODEL_PRICES): ${parsed.message}`, {
    file,
  });
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new AppError("start_refused", `${file} can't be read: ${messageOf(error)}`, { file });
  }
}
