import type { Database } from "../core/ports/database.ts";
import { isOperator, listOrganizationAccess } from "../store/access.ts";

/** Whether an account is somebody beyond the organization: a member of another one, of a deleted one too, or an operator. */
export async function isBeyond(dispatch: Database, account: string, organization: string): Promise<boolean> {
  const standings = await listOrganizationAccess(dispatch, account);
  return standings.some((one) => one.organization !== organization) || (await isOperator(dispatch, account));
}
