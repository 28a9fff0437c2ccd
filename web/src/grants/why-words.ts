import { say } from "../language.ts";
import { visible } from "../visible.ts";

/** Why a person is asked. */
export function whyWords(kind: string): string {
  const all: Readonly<Record<string, string>> = say.grants.simulator.whyKinds;
  return all[kind] ?? visible(kind);
}
