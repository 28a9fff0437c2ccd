import type { SlackPlace } from "@steward/sdk";
import type { Mail } from "../core/mail-message.ts";
import type { KnownActions } from "../core/actions/known-actions.ts";
import type { GrantsOutside } from "../grants/grant-parts.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import type { PeopleParts } from "../people/people-parts.ts";
import type { Permissions } from "../people/permissions-of.ts";
import type { Scope } from "../store/scope.ts";

/** What the verbs around approvals work with; the HTTP surface has all of it. */
export interface ApprovalParts extends Pick<PeopleParts, "database" | "dispatch" | "clock" | "ids" | "denials"> {
  readonly projects: { get(scope: Scope): Promise<{ readonly keys: ProjectKeys }> };
  readonly grants: Pick<GrantsOutside, "actionsIn" | "policyOf">;
  readonly approvals: ApprovalsOutside;
}

/** The same for one call, once it is known which actions there are. */
export interface KnowingApprovalParts extends ApprovalParts {
  readonly actions: KnownActions;
}

/** What lies outside of these verbs and is not theirs. */
export interface ApprovalsOutside {
  readonly mail: Pick<Mail, "send">;
  /** Where this installation is called from outside, without a slash at the end. */
  readonly publicUrl: () => string;
  /**
   * Has its messages in channels stand as it does now: begun durably when it settles, and done once for each state however
   * often it is asked for. Rejects where it could not be begun.
   */
  message(scope: Scope, approval: string): Promise<void>;
  /** Tells whoever leads the run that its inbox has something new, once that is committed. */
  wake(run: string): void;
}

/** A state of an approval in one channel: what tells it apart, and what the installation's own flow is begun with. */
export interface MessageToTell {
  readonly key: readonly string[];
  readonly body: Scope & SlackPlace & { readonly approval: string };
}

/** Who calls, as the principal says it. */
export interface ApprovalCaller {
  readonly kind: "key" | "session" | "support";
  readonly scope: Scope;
  /** As the audit names them. */
  readonly shownId: string;
  /** Null for a service account: an approval is a person's word. */
  readonly account: string | null;
  /** Of a key those that it is limited to. */
  readonly permissions: Permissions;
}
