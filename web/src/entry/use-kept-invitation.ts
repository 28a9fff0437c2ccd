import { useState } from "react";
import { keptInvitation, type KeptInvitation } from "./kept-invitation.ts";

/** The invitation that this browser was on the way to accept, as it was when the page was opened. */
export function useKeptInvitation(): KeptInvitation | undefined {
  return useState(() => keptInvitation(localStorage, Date.now()))[0];
}
