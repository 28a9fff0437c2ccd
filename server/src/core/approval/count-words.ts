import type { Party } from "../policy/decision.ts";
import { askedNow, isNamed } from "./people-of.ts";

/** A person's word on the arguments as they stand; who they are is judged now. */
export interface Word {
  readonly account: string;
  readonly decision: "approve" | "reject";
  /** By which parties name them now; nothing when they may not decide any more. */
  readonly texts: ReadonlySet<string>;
}

export type Outcome = "open" | "approved" | "rejected";

/**
 * What comes of the words: rejected by the first person asked who rejects; approved when each party has its quorum of
 * different people. One person may speak for several parties; who has left, or lost the role, speaks for none.
 */
export function countWords(
  parties: readonly Party[],
  words: readonly Word[],
  { createdMs, nowMs }: { readonly createdMs: number; readonly nowMs: number },
): Outcome {
  const asked = parties.map((party) => askedNow(party, createdMs, nowMs));
  const counting = words.filter(({ texts }) => asked.some((people) => isNamed(people, texts)));
  if (counting.some(({ decision }) => decision === "reject")) return "rejected";
  const isAgreed = parties.every(({ quorum }, at) => {
    const agreeing = counting.filter(({ texts }) => isNamed(asked[at]!, texts)).map(({ account }) => account);
    return new Set(agreeing).size >= quorum;
  });
  return isAgreed ? "approved" : "open";
}
