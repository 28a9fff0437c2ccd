import type { SignInStep } from "@steward/sdk";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useRouter } from "@tanstack/react-router";
import { paths } from "../paths.ts";
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
      router.history.push(nextPath(next));
    }
  };
}
