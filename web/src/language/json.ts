import { countWords, some } from "../words.ts";

export const json = {
  search: "Search",
  matches: (count: number) => some(count, "match", "matches"),
  raw: "Raw",
  open: (name: string) => `Open ${name}`,
  fold: (name: string) => `Close ${name}`,
  items: (count: number) => some(count, "item", "items"),
  fields: (count: number) => some(count, "field", "fields"),
  moreItems: (count: number) => `Show ${countWords(Math.min(count, 100))} of ${countWords(count)} more`,
  whole: (size: string) => `Show all ${size}`,
  less: "Show less",
  apart: (size: string) => `${size}, stored apart`,
  cut: "Too large to show whole. Use Raw or the API for the rest.",
  rawCut: (size: string) => `The first ${size} are shown.`,
} as const;
