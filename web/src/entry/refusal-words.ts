import { say } from "../language.ts";

const { refusals } = say.entry;

/** Why a sign-in elsewhere did not work and what to do, by the code that it came back with; of no other code anything. */
export function refusalWords(reason: string | undefined): string {
  const words: Readonly<Record<string, string>> = refusals;
  return (reason !== undefined && Object.hasOwn(words, reason) ? words[reason] : undefined) ?? say.entry.signIn.failed;
}
