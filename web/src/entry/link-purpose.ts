/** What the link of a mail confirms. */
export type LinkPurpose = "sign_up" | "change_old" | "change_new";

const PURPOSES: Readonly<Record<string, LinkPurpose>> = {
  "change-email-confirmation": "change_old",
  "change-email-verification": "change_new",
};

/** For the words on the page only, from what the token says of itself (RFC 7519): whether it is right, the server says. */
export function linkPurpose(token: string): LinkPurpose {
  const type = claimOf(token, "requestType");
  return typeof type === "string" && Object.hasOwn(PURPOSES, type) ? PURPOSES[type]! : "sign_up";
}

/** The address that a change leads to, likewise; null where the token names none. */
export function linkAddress(token: string): string | null {
  const address = claimOf(token, "updateTo");
  return typeof address === "string" && address.length <= 254 ? address : null;
}

function claimOf(token: string, name: string): unknown {
  try {
    const claims: unknown = JSON.parse(atob((token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/")));
    return typeof claims === "object" && claims !== null ? new Map(Object.entries(claims)).get(name) : undefined;
  } catch {
    return undefined;
  }
}
