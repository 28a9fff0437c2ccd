import { ROLES } from "@steward/sdk";
import { say } from "../language.ts";
import { shortId } from "../ui/Copy.tsx";
import { visible } from "../visible.ts";

const { draft: words } = say.grants;

/** Who may approve, in words: `role:owner`, `member:acc_…`, `granter`, `may_grant`. `nameOf` gives what an account is called. */
export function approverWords(approver: string, nameOf: (account: string) => string = shortId): string {
  if (approver === "granter") return words.granter;
  if (approver === "may_grant") return say.approvals.mayGrant;
  if (approver.startsWith("member:")) return nameOf(approver.slice("member:".length));
  const role = approver.replace(/^role:/, "");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- just found among its keys
  const known = Object.hasOwn(ROLES, role) ? say.people.roleNames[role as keyof typeof ROLES] : null;
  return words.role(known ?? visible(shortId(role)));
}
