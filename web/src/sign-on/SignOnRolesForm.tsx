import type { SignOnSettings } from "@steward/sdk";
import { type FormEvent, useRef, useState } from "react";
import { useClient } from "../api/client.ts";
import { signOnKeys } from "../api/sign-on-queries.ts";
import { say } from "../language.ts";
import { roleWords } from "../people/role-words.ts";
import { RoleSelect } from "../people/RoleSelect.tsx";
import { useOrganization, useRoles } from "../people/use-organization.ts";
import { Section } from "../settings/Section.tsx";
import { Button, IconButton } from "../ui/Button.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { useAct } from "../ui/use-act.ts";
import { visible } from "../visible.ts";

const { signOn: words } = say.people;
const GROUPS_MAX = 100;

interface GroupRole {
  readonly key: number;
  readonly group: string;
  readonly role: string;
}

/** Which roles people get who sign on, or whom a directory sends: by their groups, and everybody else. */
export function SignOnRolesForm({ settings }: { settings: SignOnSettings }) {
  const { may } = useOrganization();
  return (
    <Section id="sign-on-roles" title={words.roles} what={words.rolesWhat} action={null}>
      {may("sign_on.write") ? <RolesForm settings={settings} /> : <RolesShown settings={settings} />}
    </Section>
  );
}

function RolesShown({ settings: { defaultRole, groupRoles } }: { settings: SignOnSettings }) {
  const roles = useRoles(useOrganization().organization.id);
  return (
    <ul className="px-4 text-13 md:px-6">
      {groupRoles.map(({ group, role }) => (
        <li key={group}>
          {visible(group)}: {roleWords(role, roles)}
        </li>
      ))}
      <li>
        {words.defaultRole}: {roleWords(defaultRole, roles)}
      </li>
    </ul>
  );
}

function RolesForm({ settings }: { settings: SignOnSettings }) {
  const client = useClient();
  const { organization } = useOrganization();
  const [defaultRole, setDefaultRole] = useState<string>(settings.defaultRole);
  const [groups, setGroups] = useState<readonly GroupRole[]>(() =>
    settings.groupRoles.map((one, key) => ({ ...one, key })),
  );
  const nextKey = useRef(settings.groupRoles.length);
  const save = useAct({
    act: () =>
      client.setSignOnRoles({
        organization: organization.id,
        body: {
          defaultRole,
          groupRoles: groups.flatMap(({ group, role }) => (group.trim() === "" ? [] : [{ group: group.trim(), role }])),
        },
      }),
    changes: [signOnKeys.settings(organization.id)],
    said: () => words.rolesSaved,
    quiet: true,
  });
  const roles = useRoles(organization.id).filter(({ id }) => id !== "owner");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form className="max-w-xl space-y-3 px-4 md:px-6" onSubmit={submit} noValidate>
      {groups.map((one, index) => (
        <GroupLine
          key={one.key}
          at={index + 1}
          given={one}
          change={(next) => setGroups(groups.map((other) => (other.key === one.key ? next : other)))}
          remove={() => setGroups(groups.filter(({ key }) => key !== one.key))}
        />
      ))}
      <Field label={words.defaultRole}>
        {(control) => (
          <RoleSelect
            {...control}
            roles={roles}
            own={organization.role}
            value={defaultRole}
            change={setDefaultRole}
            className="w-52"
          />
        )}
      </Field>
      {save.isError && <ErrorNote error={save.error} />}
      <div className="flex gap-2">
        <Button type="submit" disabled={save.isPending}>
          {say.people.save}
        </Button>
        <Button
          look="quiet"
          icon="plus"
          disabled={groups.length >= GROUPS_MAX}
          onClick={() => {
            setGroups([...groups, { key: nextKey.current, group: "", role: "viewer" }]);
            nextKey.current += 1;
          }}
        >
          {words.addGroup}
        </Button>
      </div>
    </form>
  );
}

function GroupLine({
  at,
  given,
  change,
  remove,
}: {
  at: number;
  given: GroupRole;
  change: (next: GroupRole) => void;
  remove: () => void;
}) {
  const { organization } = useOrganization();
  const roles = useRoles(organization.id).filter(({ id }) => id !== "owner");
  return (
    <div className="flex items-center gap-2">
      <input
        aria-label={words.groupOf(at)}
        placeholder={words.group}
        maxLength={200}
        value={given.group}
        onChange={({ target }) => change({ ...given, group: target.value })}
        className="field"
      />
      <RoleSelect
        aria-label={words.roleOf(at)}
        roles={roles}
        own={organization.role}
        value={given.role}
        change={(role) => change({ ...given, role })}
        className="w-52 shrink-0"
      />
      <IconButton icon="close" label={words.removeGroup(at)} onClick={remove} />
    </div>
  );
}
