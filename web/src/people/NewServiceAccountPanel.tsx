import { useClient } from "../api/client.ts";
import { peopleKeys } from "../api/people-queries.ts";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { needed, wrongs } from "../ui/checks.ts";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { Panel } from "../ui/Panel.tsx";
import { useAct } from "../ui/use-act.ts";
import { useForm } from "../ui/use-form.ts";
import { RoleSelect } from "./RoleSelect.tsx";
import { useOrganization, useRoles } from "./use-organization.ts";

const { services: words } = say.people;

/** A member that is no person, with a role of its own. */
export function NewServiceAccountPanel({ close, done }: { close: () => void; done: (member: string) => void }) {
  const client = useClient();
  const { organization } = useOrganization();
  const roles = useRoles(organization.id);
  const create = useAct({
    act: ({ name, role }: { name: string; role: string }) =>
      client.createServiceAccount({ organization: organization.id, body: { name, role } }),
    changes: [peopleKeys.members(organization.id)],
    said: ({ name }) => words.created(name),
    quiet: true,
    after: ({ id }) => done(id),
  });
  const form = useForm(
    { name: "", role: "operator" },
    ({ name }) => wrongs({ name: needed(name) }),
    async ({ name, role }) => void (await create.mutateAsync({ name: name.trim(), role })),
  );
  return (
    <Panel title={words.new} label={words.new} close={close}>
      <form className="space-y-4 p-4" onSubmit={form.submit} noValidate>
        <Field label={words.name} help={words.nameHelp} error={form.errors.name}>
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
        <Field label={say.people.role}>
          {(control) => (
            <RoleSelect
              {...control}
              // A service account is no owner.
              roles={roles.filter(({ id }) => id !== "owner")}
              own={organization.role}
              value={form.values.role}
              change={(role) => form.set("role", role)}
            />
          )}
        </Field>
        {form.error !== null && <ErrorNote error={form.error} />}
        <Button type="submit" look="primary" disabled={form.busy}>
          {words.create}
        </Button>
      </form>
    </Panel>
  );
}
