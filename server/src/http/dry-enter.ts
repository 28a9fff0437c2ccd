import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import { authorize } from "./authorize.ts";
import type { HttpParts } from "./http-parts.ts";

/** Whoever would come, and to which organization (a shown id); null asks for the installation's own routes. */
export interface DryCall {
  readonly account: string;
  readonly secondFactor: boolean;
  readonly organization: string | null;
}

/**
 * Asks the routes' own guard about a session that is made up: for the proof that it refuses. `entered`, or the code of the
 * refusal. Nothing is begun; a refusal leaves no entry in the audit, for nobody called.
 */
export async function dryEnter(
  parts: Pick<HttpParts, "database" | "dispatch" | "clock">,
  { account, secondFactor, organization }: DryCall,
): Promise<string> {
  const shownId = showId("acc", account);
  const known = { id: account, shownId, account, session: account, signedOnBy: null, deleted: false };
  const place = { route: "prove", organization: organization ?? undefined, project: undefined };
  const access = organization === null ? INSTALLATION : ORGANIZATION;
  try {
    const silent = { ...parts, denials: { note: () => undefined } };
    await authorize(silent, { kind: "session", ...known, secondFactor }, access, place);
    return "entered";
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}

const INSTALLATION = { in: "installation" } as const;
const ORGANIZATION = { in: "organization", needs: "organization.read" } as const;
