import type { Member } from "@steward/sdk";
import { useQuery } from "@tanstack/react-query";
import { useClient } from "../api/client.ts";
import { memberChoiceQuery } from "../api/people-queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { shortId } from "../ui/Copy.tsx";
import { visible } from "../visible.ts";

export interface KeyHolders {
  /** What the member that a key acts as is called. */
  readonly nameOf: (member: string) => string;
  /** Whether the person may make and rotate this member's keys: their own and, managing members, service accounts'. */
  readonly mayRenew: (member: string) => boolean;
  /** Whether they may revoke them: anybody's, managing members. */
  readonly mayRevoke: (member: string) => boolean;
  readonly services: readonly Member[];
}

/** The members that keys of this project act as; whoever may not see members knows only ids. */
export function useKeyHolders(): KeyHolders {
  const { here, account, may } = useSession();
  const seen = useQuery({ ...memberChoiceQuery(useClient(), here.organization.id), enabled: may("member.read") });
  const members = seen.data?.items ?? [];
  const own = members.find(({ email }) => email?.toLowerCase() === account.email.toLowerCase())?.id;
  const services = may("member.write") ? members.filter(({ kind }) => kind === "service") : [];
  // Of whoever can't see who they are the server decides.
  const isOwn = (member: string) => own === undefined || own === member;
  return {
    nameOf: (member) => {
      if (member === own) return say.people.keys.holderYou;
      const name = members.find(({ id }) => id === member)?.name;
      return name === undefined ? shortId(member) : visible(name);
    },
    mayRenew: (member) => may("key.write") && (isOwn(member) || services.some(({ id }) => id === member)),
    mayRevoke: (member) => may("key.write") && (isOwn(member) || may("member.write")),
    services,
  };
}
