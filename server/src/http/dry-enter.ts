import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import { authorize } from "./authorize.ts";
import type { KeyAccessRow } from "../store/access.ts";
import type { Caller } from "./authenticate.ts";
import type { HttpParts } from "./http-parts.ts";

/** Whoever would come, and to which organization (a shown id); null asks for the installation's own routes. */
export interface DryCall {
  readonly account: string;
  readonly secondFactor: boolean;
  /** An unlimited key of the person, made in such a session; otherwise a session itself. */
  readonly byKey?: true;
  readonly organization: string | null;
}

/**
 * Asks the routes' own guard about a session that is made up: for the proof that it refuses. `entered`, or the code of the
 * refusal. Nothing is begun; a refusal leaves no entry in the audit, for nobody called.
 */
export async function dryEnter(
  parts: Pick<HttpParts, "database" | "dispatch" | "clock">,
  { account, secondFactor, organization, byKey }: DryCall,
): Promise<string> {
  const shownId = showId("acc", account);
  const known = {
    id: account,
    shownId,
    account,
    session: account,
    factorClaimed: false,
    signedOnBy: null,
    boundTo: null,
    deleted: false,
  };
  const place = { route: "prove", organization: organization ?? undefined, project: undefined };
  const access = organization === null ? INSTALLATION : ORGANIZATION;
  try {
    const silent = { ...parts, denials: { note: () => undefined } };
    const caller: Caller = byKey
      ? { kind: "key", ...known, key: unlimitedKey(account, secondFactor) }
      : { kind: "session", ...known, secondFactor };
    await authorize(silent, caller, access, place);
    return "entered";
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}

/** A key that nobody has, of a member that there is none of. */
function unlimitedKey(account: string, keySecondFactor: boolean): KeyAccessRow {
  return {
    organization: account,
    project: account,
    member: account,
    account,
    key: account,
    role: "owner",
    permissions: null,
    projectRole: null,
    projectPermissions: null,
    secondFactorRequired: false,
    signOnEnforced: false,
    reach: "organization",
    keyPermissions: null,
    keySecondFactor,
    ofHome: false,
    expiresAt: null,
    revokedAt: null,
  };
}

const INSTALLATION = { in: "installation" } as const;
const ORGANIZATION = { in: "organization", needs: "organization.read" } as const;
