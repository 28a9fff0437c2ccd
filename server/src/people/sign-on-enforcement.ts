import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import { listDomains } from "../store/sign-on-domains.ts";
import { setEnforced } from "../store/sign-on.ts";
import { actAs } from "./act.ts";
import type { PeopleParts } from "./people-parts.ts";
import { actOnSignOn } from "./sign-on-act.ts";
import type { SignOnActor } from "./sign-on-parts.ts";

/**
 * Lets people into the organization by its sign-on only, or no longer. Either is asked in a session that this sign-on began:
 * so nobody locks themselves out, and nobody whom it binds gets around it. Throws `sign_on_required`, and `conflict`
 * without a verified domain.
 */
export async function setSignOnEnforcement(
  parts: PeopleParts,
  actor: SignOnActor,
  organization: string,
  { enforced }: { readonly enforced: boolean },
): Promise<void> {
  await actOnSignOn(parts, actor, organization, "setSignOnEnforcement", async ({ tx, organization: row }) => {
    if (actor.signedOnBy !== organization)
      throw new AppError("sign_on_required", "Sign on by the organization's provider first, and ask in that session.");
    if (row.signOnEnforced === enforced) return { result: null, acts: [] };
    if (enforced && !(await listDomains(tx, organization)).some((one) => one.verifiedAt !== null))
      throw new AppError("conflict", "Verify one of the organization's domains first: nobody could sign on.");
    await tx.query(setEnforced(organization, enforced));
    const action = enforced ? "sign_on.enforced" : "sign_on.enforcement_ended";
    return { result: null, acts: [{ action, target: showId("org", organization) }] };
  });
}

/**
 * Ends the enforcement from outside, for whoever holds the server's own machine: the provider is gone, and with it everybody's
 * way in. Gives whether it was on. Throws `not_found`.
 */
export async function liftEnforcement(
  parts: Pick<PeopleParts, "database" | "clock">,
  organization: string,
): Promise<boolean> {
  return await actAs(parts, { organization, project: null }, "system", async ({ tx, organization: row }) => {
    if (!row.signOnEnforced) return { result: false, acts: [] };
    await tx.query(setEnforced(organization, false));
    return { result: true, acts: [{ action: "sign_on.enforcement_lifted", target: showId("org", organization) }] };
  });
}
