import { timeText } from "./terminal/words.ts";

interface Version {
  readonly version: number;
  readonly at: string;
  readonly by: string;
  readonly sentences: readonly string[];
  readonly changes: readonly { readonly change: string; readonly sentence: string }[];
}

/** Versions of a grant or limit: the first in words, each later one by what it changed. */
export function versionLines(items: readonly Version[]): string[] {
  return items.flatMap(({ version, at, by, sentences, changes }) => [
    `version ${version}, ${timeText(at)}, by ${by}`,
    ...(version === 1 ? sentences.map((each) => `  ${each}`) : []),
    ...changes.map(({ change, sentence }) => `  ${change}: ${sentence}`),
  ]);
}
