import { AppError } from "../core/errors.ts";
import { act, type Acting, type Done } from "./act.ts";
import type { PeopleParts } from "./people-parts.ts";
import type { SignOnActor } from "./sign-on-parts.ts";

/**
 * As `act`, for what sets up sign-on. While it is enforced, only a session that it began may: by an older key or another
 * session, whoever is bound could make themselves a provider that lets them in (PROMISES A5). Throws `sign_on_required`.
 */
export async function actOnSignOn<Result>(
  parts: PeopleParts,
  actor: SignOnActor,
  organization: string,
  route: string,
  run: (acting: Acting) => Promise<Done<Result>>,
): Promise<Result> {
  const asked = { route, needs: "sign_on.write" } as const;
  return await act(parts, { organization, project: null }, actor, asked, async (acting) => {
    if (acting.organization.signOnEnforced && actor.signedOnBy !== organization)
      throw new AppError(
        "sign_on_required",
        "Sign-on is enforced: only who came in by it changes how it works. Keys don't.",
      );
    return await run(acting);
  });
}

/** What whoever acts may at most give others a way to; null for an owner. */
export function reachOf({ own, isOwner }: Pick<Acting, "own" | "isOwner">): readonly string[] | null {
  return isOwner ? null : [...own].toSorted();
}

/** Whether what somebody set up may touch a member who may all this. */
export function isWithinReach(reach: readonly string[] | null, member: Iterable<string>): boolean {
  return reach === null || [...member].every((name) => reach.includes(name));
}
