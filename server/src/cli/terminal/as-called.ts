import type { CliParts } from "../cli.ts";

/**
 * A hint with its commands as the person calls this one, ready to copy: npm says when `npx` began it
 * (https://docs.npmjs.com/cli/v11/using-npm/scripts#current-lifecycle-event). Written with a small letter the name is always
 * the command.
 */
export function asCalled({ env }: Pick<CliParts, "env">, hint: string): string {
  const byNpx = env["npm_lifecycle_event"] === "npx" && /\bsteward\b/.test(env["npm_lifecycle_script"] ?? "");
  return byNpx ? hint.replaceAll(/(?<!npx )\bsteward (?=[a-z])/g, "npx steward ") : hint;
}
