import type { SignInStep } from "@steward/sdk";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useRouter } from "@tanstack/react-router";
import { paths } from "../paths.ts";
import { keptInvitation } from "./kept-invitation.ts";
import { nextPath } from "./next-path.ts";

/** Goes on after a step of signing in: to the second factor, or to where the person was going. */
export function useEntered(next: string | undefined): (step: SignInStep) => void {
  const navigate = useNavigate();
  const router = useRouter();
  const queries = useQueryClient();
  return (step) => {
    if (step === "second_factor") void navigate(paths.secondFactor({ next }));
    else {
      queries.clear();
      // Whoever was on the way to accept an invitation goes on with it, also when a mail lay in between.
      const invited = next === undefined && keptInvitation(localStorage, Date.now()) !== undefined;
      router.history.push(invited ? "/invitation" : nextPath(next));
    }
  };
}
