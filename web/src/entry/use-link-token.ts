import { useLocation } from "@tanstack/react-router";

/** The token of a mail's link. It stands behind `#`, so that no server, log or referrer along the way sees it. */
export function useLinkToken(): string | undefined {
  const { hash } = useLocation();
  const token = hash.startsWith("token=") ? hash.slice("token=".length) : hash;
  return token === "" ? undefined : decodeURIComponent(token);
}
