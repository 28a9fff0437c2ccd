import type { Permission, Role } from "@steward/sdk";
import { useState } from "react";
import { useClient } from "../api/client.ts";
import { peopleKeys } from "../api/people-queries.ts";
import { keys } from "../api/queries.ts";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { needed, wrongs } from "../ui/checks.ts";
import { Confirm } from "../ui/Confirm.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { Panel } from "../ui/Panel.tsx";
import { useAct } from "../ui/use-act.ts";
import { useForm } from "../ui/use-form.ts";
import { permissionsOfRole, roleWarning } from "./role-words.ts";
import { PermissionChoice } from "./PermissionChoice.tsx";
import { useOrganization } from "./use-organization.ts";

const { roles: words } = say.people;

/** What nearly every role needs; without the first its members see none of the organization's projects. */
const FIRST: readonly Permission[] = ["organization.read", "project.read"];

/** Making a custom role, or changing `role`. */
export function RolePanel({ role, roles, close }: { role: Role | null; roles: readonly Role[]; close: () => void }) {
  const client = useClient();
  const { organization } = useOrganization();
  const [chosen, setChosen] = useState<ReadonlySet<Permission>>(new Set(role?.permissions ?? FIRST));
  const own = permissionsOfRole(organization.role, roles);
  const warning = roleWarning(chosen);
  const save = useAct({
    act: (name: string) => {
      const body = { name, permissions: [...chosen] };
      return role === null
        ? client.createRole({ organization: organization.id, body })
        : client.changeRole({ organization: organization.id, role: role.id, body });
    },
    changes: [peopleKeys.roles(organization.id), keys.session],
    said: (name) => (role === null ? words.created(name) : words.saved(name)),
    quiet: true,
    after: close,
  });
  const form = useForm(
    { name: role?.name ?? "" },
    ({ name }) => wrongs({ name: needed(name) }),
    async ({ name }) => void (await save.mutateAsync(name.trim())),
  );
  const title = role === null ? words.new : words.change(role.name);
  return (
    <Panel title={title} label={title} close={close}>
      <form className="space-y-4 p-4" onSubmit={form.submit} noValidate>
        <Field label={words.name} error={form.errors.name}>
          {(control) => (
            <input
              {...control}
              autoFocus
              maxLength={100}
              value={form.values.name}
              onChange={form.type("name")}
              className="field"
            />
          )}
        </Field>
        <p className="text-13 font-medium">{words.may}</p>
        <PermissionChoice chosen={chosen} change={setChosen} may={(permission) => own.has(permission)} />
        {warning !== null && (
          <p role="status" className="text-12 text-waiting">
            {warning}
          </p>
        )}
        {form.error !== null && <ErrorNote error={form.error} />}
        <div className="flex items-center gap-2">
          <Button type="submit" look="primary" disabled={form.busy}>
            {role === null ? words.create : say.people.save}
          </Button>
          {role !== null && <DeleteRole role={role} done={close} />}
        </div>
      </form>
    </Panel>
  );
}

function DeleteRole({ role, done }: { role: Role; done: () => void }) {
  const client = useClient();
  const { organization } = useOrganization();
  const [asking, setAsking] = useState(false);
  const remove = useAct({
    act: () => client.deleteRole({ organization: organization.id, role: role.id }),
    changes: [peopleKeys.roles(organization.id)],
    said: () => words.deleted(role.name),
    after: done,
  });
  return (
    <>
      <Button look="danger" disabled={remove.isPending} onClick={() => setAsking(true)}>
        {words.delete}
      </Button>
      <Confirm
        open={asking}
        close={() => setAsking(false)}
        title={words.deleteTitle(role.name)}
        what={words.deleteWhat}
        verb={words.delete}
        act={() => remove.mutate()}
      />
    </>
  );
}
