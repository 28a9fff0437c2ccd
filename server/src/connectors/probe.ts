import { type Calls, ProviderError } from "@steward/sdk";

/** All but 2xx. */
const STATUSES = Array.from({ length: 300 }, (_, at) => 300 + at);

/**
 * Tries a service of which nothing is known: it reads its address, and says what came back. A 401 may be meant for the
 * address alone, so that it is no proof that the secret is wrong.
 */
export function* probe(account: string, label: string): Calls<{ account: string; label: string; note: string }> {
  const { status } = yield { method: "GET", url: "/", accepts: STATUSES };
  if (status === 401 || status === 407)
    throw new ProviderError({
      kind: "not_available",
      message: `it answers ${status} at its address: the secret may be wrong, or is taken only further below`,
    });
  if (status >= 500) throw new ProviderError({ kind: "unavailable", message: `it answers ${status} at its address` });
  return {
    account,
    label,
    note: `It was reached, and answers ${status} at its address. Whether it takes the secret, the first use shows.`,
  };
}
