import { useQuery } from "@tanstack/react-query";
import { useClient } from "../api/client.ts";
import { memberChoiceQuery } from "../api/people-queries.ts";
import { shortId } from "../ui/Copy.tsx";
import { visible } from "../visible.ts";

export interface MemberNames {
  readonly members: readonly { readonly id: string; readonly name: string }[];
  /** A member's name, else the text itself, an id by its end. */
  readonly nameOf: (text: string) => string;
}

/** What the members of an organization are called; null where nobody may be listed. */
export function useMemberNames(organization: string | null): MemberNames {
  const list = useQuery({ ...memberChoiceQuery(useClient(), organization ?? ""), enabled: organization !== null });
  const members = (list.data?.items ?? []).map(({ id, name }) => ({ id, name: visible(name) }));
  return {
    members,
    nameOf: (text) => {
      const name = members.find(({ id }) => id === text)?.name;
      return name ?? (/^[a-z]+_[0-9a-z]{26}$/.test(text) ? shortId(text) : visible(text));
    },
  };
}
