import { Outlet, useMatches } from "@tanstack/react-router";
import { Shell } from "./Shell.tsx";

/** Pages that stand alone, before anybody is signed in. */
const ALONE = /^\/(?:sign-in|sign-up|two-factor|reset-password|verify-email|invitation|approve)(?:\/|$)/;

/** The way in stands alone; every other page is inside the shell. */
export function Root() {
  const alone = useMatches({ select: (matches) => matches.some(({ routeId }) => ALONE.test(routeId)) });
  return alone ? <Outlet /> : <Shell />;
}
