import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { auditQuery } from "../api/audit-queries.ts";
import { useClient } from "../api/client.ts";
import { memberChoiceQuery } from "../api/people-queries.ts";
import { useSignedIn } from "../api/session.ts";
import { say } from "../language.ts";
import { visible } from "../visible.ts";
import { auditFilter } from "./audit-filter.ts";
import type { AuditView } from "./AuditLog.tsx";
import type { Names } from "./entry-words.ts";

export interface KnownNames {
  readonly names: Names;
  /** Members to choose from, each told apart: by the address where there is one. */
  readonly choices: readonly { readonly id: string; readonly label: string }[];
}

/** What the ids of a log are called: what came with its entries, and the members that a choice is made from. */
export function useNames({ of, filters, membersOf }: Pick<AuditView, "of" | "filters" | "membersOf">): KnownNames {
  const client = useClient();
  const { account } = useSignedIn();
  const list = useInfiniteQuery(auditQuery(client, of, auditFilter(filters)));
  const members = useQuery({ ...memberChoiceQuery(client, membersOf ?? ""), enabled: membersOf !== null });
  const items = members.data?.items ?? [];
  const names: Names = Object.assign(
    { [account.id]: say.people.you },
    Object.fromEntries(items.map(({ id, name }) => [id, name])),
    ...(list.data?.pages ?? []).map((page) => page.names),
  );
  const choices = items.map(({ id, name, email }) => ({
    id,
    label: visible(email === null || email === name ? name : `${name}, ${email}`),
  }));
  return { names, choices };
}
