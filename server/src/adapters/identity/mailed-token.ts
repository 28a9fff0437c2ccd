/** The signed tokens that the library mails (RFC 7519). */

/** What the one to a new address is for. */
export const CHANGES_ADDRESS = "change-email-verification";

/** What a signed token says (RFC 7519), unproved. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/**
 * The token with the account it was mailed for: the library's own names the address only, and whoever signs up with it again
 * is somebody else.
 */
export function boundToken(token: string, account: string): string {
  return `${token}.${account}`;
}

/** The library's token and, where it is bound, the account. */
export function unboundToken(text: string): { readonly token: string; readonly account: string | null } {
  const [head = "", claims = "", signature = "", account = null, ...more] = text.split(".");
  return more.length > 0 ? { token: text, account: null } : { token: [head, claims, signature].join("."), account };
}
