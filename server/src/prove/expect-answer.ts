/** What a check expects of the installation's answers. */
import type { ProvedAnswer } from "./check.ts";

/** A limit stands in the way of trying: nothing was shown, either way. */
export class HeldUpError extends Error {
  constructor(what: string, seconds: string | null) {
    super(`${what} could not be tried: the rate limit holds it up. Prove it again in ${seconds ?? "some"} seconds.`);
    this.name = "HeldUpError";
  }
}

/** The answer when it has the status. Throws `HeldUpError` for a 429 that was not expected, and what was answered instead. */
export function expectAnswer(answer: ProvedAnswer, status: number, what: string): ProvedAnswer {
  if (answer.status === status) return answer;
  if (answer.status === 429) throw new HeldUpError(what, answer.headers.get("retry-after"));
  throw new Error(`${what} was answered with ${tellOf(answer)} instead of ${status}`);
}

/** `403 forbidden`: the status and the problem's code. */
export function tellOf(answer: ProvedAnswer): string {
  const code = codeOf(answer);
  return code === null ? String(answer.status) : `${answer.status} ${code}`;
}

/** The code of a problem (RFC 9457), null for any other answer. */
export function codeOf(answer: ProvedAnswer): string | null {
  const { code } = fieldsOf(answer);
  return typeof code === "string" ? code : null;
}

/** The fields of a JSON object, none for anything else. */
export function fieldsOf({ text }: Pick<ProvedAnswer, "text">): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** The objects of a list's page. */
export function itemsOf(answer: ProvedAnswer): readonly Readonly<Record<string, unknown>>[] {
  const { items } = fieldsOf(answer);
  return Array.isArray(items)
    ? items.flatMap((item: unknown) => (typeof item === "object" && item ? [{ ...item }] : []))
    : [];
}
