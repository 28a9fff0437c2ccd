import type { CompiledLine } from "./compile-grant.ts";
import type { PolicyRequest } from "./decision.ts";

/** Whether a line can count what an effect costs: where it caps money, the price must be known and in a currency it caps. */
export function priceFits(line: CompiledLine, { estimate }: PolicyRequest): boolean {
  if (line.money.length === 0 || estimate === null || estimate.micro === 0n) return true;
  return estimate.micro !== null && line.money.some(({ currency }) => currency === estimate.currency);
}
