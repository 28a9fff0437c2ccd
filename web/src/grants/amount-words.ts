import { countWords } from "../words.ts";
import { visible } from "../visible.ts";

/** `12.50 EUR`, `1,204 calls`. */
export function amountWords(amount: number, unit: "money" | "tokens" | "calls", currency: string | null): string {
  if (unit !== "money") return `${countWords(amount)} ${unit}`;
  const written = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 6 }).format(amount);
  return `${written} ${visible(currency ?? "")}`.trim();
}
