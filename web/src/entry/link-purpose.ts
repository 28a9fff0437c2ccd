/** What the link of a mail confirms. */
export type LinkPurpose = "sign_up" | "change_old" | "change_new";

const PURPOSES: Readonly<Record<string, LinkPurpose>> = {
  "change-email-confirmation": "change_old",
  "change-email-verification": "change_new",
};

/** For the words on the page only, from what the token says of itself (RFC 7519): whether it is right, the server says. */
export function linkPurpose(token: string): LinkPurpose {
  try {
    const claims: unknown = JSON.parse(atob((token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/")));
    const type = typeof claims === "object" && claims !== null && "requestType" in claims ? claims.requestType : "";
    return typeof type === "string" && Object.hasOwn(PURPOSES, type) ? PURPOSES[type]! : "sign_up";
  } catch {
    return "sign_up";
  }
}
