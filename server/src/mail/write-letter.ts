import { unreachable } from "../core/invariant.ts";
import type { MailMessage } from "../core/mail-message.ts";
import type { Letter } from "./letter.ts";
import { accountDeleted } from "./templates/account-deleted.ts";
import { approval } from "./templates/approval.ts";
import { budgetPassed } from "./templates/budget-passed.ts";
import { change } from "./templates/change.ts";
import { changed } from "./templates/changed.ts";
import { domainFailing, domainLost } from "./templates/domain.ts";
import { factorChanged } from "./templates/factor-changed.ts";
import { invited } from "./templates/invited.ts";
import { newSignIn } from "./templates/new-sign-in.ts";
import { reauthRequired } from "./templates/reauth-required.ts";
import { reset } from "./templates/reset.ts";
import { verify } from "./templates/verify.ts";

/** What a message says. */
export function writeLetter(message: MailMessage): Letter {
  switch (message.template) {
    case "verify":
      return verify(message.values);
    case "reset":
      return reset(message.values);
    case "change":
      return change(message.values);
    case "changed":
      return changed(message.values);
    case "invited":
      return invited(message.values);
    case "new_sign_in":
      return newSignIn(message.values);
    case "domain_failing":
      return domainFailing(message.values);
    case "domain_lost":
      return domainLost(message.values);
    case "approval":
      return approval(message.values);
    case "budget_passed":
      return budgetPassed(message.values);
    case "account_deleted":
      return accountDeleted(message.values);
    case "reauth_required":
      return reauthRequired(message.values);
    case "factor_changed":
      return factorChanged(message.values);
    default:
      return unreachable(message);
  }
}
