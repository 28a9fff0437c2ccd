import type { Member } from "@steward/sdk";
import { useState } from "react";
import { useClient } from "../api/client.ts";
import { peopleKeys } from "../api/people-queries.ts";
import { keys } from "../api/queries.ts";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { classes } from "../ui/classes.ts";
import { Confirm } from "../ui/Confirm.tsx";
import { useAct } from "../ui/use-act.ts";
import { roleWords } from "./role-words.ts";
import { RoleSelect } from "./RoleSelect.tsx";
import { useOrganization, useRoles } from "./use-organization.ts";

const { people } = say;
const { members: words } = people;

/** Gives another role at once; the one before can be brought back. */
export function MemberRole({ member, service = false }: { member: Member; service?: boolean }) {
  const client = useClient();
  const { organization } = useOrganization();
  const roles = useRoles(organization.id);
  const give = (role: string) =>
    client.changeMember({ organization: organization.id, member: member.id, body: { role } });
  const change = useAct({
    act: give,
    changes: [peopleKeys.members(organization.id), keys.session],
    said: (role) => words.changed(member.name, roleWords(role, roles)),
    undo: () => give(member.role),
  });
  return (
    <RoleSelect
      aria-label={people.roleOf(member.name)}
      // A service account is no owner.
      roles={service ? roles.filter(({ id }) => id !== "owner") : roles}
      own={organization.role}
      value={change.isPending ? change.variables : member.role}
      change={change.mutate}
      disabled={change.isPending}
      className={classes("h-7 min-h-7 py-0 text-13", service && "w-52")}
    />
  );
}

export function RemoveMember({ member, done }: { member: Member; done?: () => void }) {
  const client = useClient();
  const { organization } = useOrganization();
  const [asking, setAsking] = useState(false);
  const remove = useAct({
    act: () => client.removeMember({ organization: organization.id, member: member.id }),
    changes: [peopleKeys.members(organization.id)],
    said: () => words.removed(member.name),
    after: () => done?.(),
  });
  return (
    <>
      <Button look="quiet" className="h-7" aria-label={words.removeOf(member.name)} onClick={() => setAsking(true)}>
        {words.remove}
      </Button>
      <Confirm
        open={asking}
        close={() => setAsking(false)}
        title={words.removeTitle(member.name)}
        what={words.removeWhat}
        verb={words.remove}
        act={() => remove.mutate()}
      />
    </>
  );
}
