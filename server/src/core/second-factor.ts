/** What of a session says whether its person gave two factors. */
export interface Factors {
  readonly secondFactor: boolean;
  /** It is the word of the sign-on's provider. */
  readonly factorClaimed: boolean;
  readonly signedOnBy: string | null;
}

/** Whether a session's second factor counts in an organization: a provider's word does in its own organization only. */
export function passedSecondFactor(
  { secondFactor, factorClaimed, signedOnBy }: Factors,
  organization: string,
): boolean {
  return secondFactor && (!factorClaimed || signedOnBy === organization);
}
