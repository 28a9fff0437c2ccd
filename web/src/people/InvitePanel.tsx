import { useState } from "react";
import { useClient } from "../api/client.ts";
import { peopleKeys } from "../api/people-queries.ts";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { emailWrong, wrongs } from "../ui/checks.ts";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { Panel } from "../ui/Panel.tsx";
import { ShownOnce } from "../ui/ShownOnce.tsx";
import { useAct } from "../ui/use-act.ts";
import { useForm } from "../ui/use-form.ts";
import { reachesTo } from "./role-words.ts";
import { RoleSelect } from "./RoleSelect.tsx";
import { useOrganization, useRoles } from "./use-organization.ts";

const { invitations: words } = say.people;

/** Inviting somebody by mail; the link is shown this once as well. */
export function InvitePanel({ close }: { close: () => void }) {
  const [made, setMade] = useState<{ email: string; url: string } | null>(null);
  return (
    <Panel title={words.panel} label={words.panel} close={close}>
      <div className="space-y-4 p-4">
        {made === null ? (
          <InviteForm done={setMade} />
        ) : (
          <>
            <ShownOnce text={made.url} label={words.link(made.email)} copy={words.copy} what={words.linkWhat} />
            <Button onClick={() => setMade(null)}>{words.another}</Button>
          </>
        )}
      </div>
    </Panel>
  );
}

function InviteForm({ done }: { done: (made: { email: string; url: string }) => void }) {
  const client = useClient();
  const { organization } = useOrganization();
  const roles = useRoles(organization.id);
  const invite = useAct({
    act: ({ email, role }: { email: string; role: string }) =>
      client.createInvitation({ organization: organization.id, body: { email, role } }),
    changes: [peopleKeys.invitations(organization.id)],
    quiet: true,
    after: ({ email, url }) => done({ email, url }),
  });
  const form = useForm(
    { email: "", role: reachesTo(organization.role, "builder", roles) ? "builder" : "viewer" },
    ({ email }) => wrongs({ email: emailWrong(email) }),
    async ({ email, role }) => void (await invite.mutateAsync({ email: email.trim(), role })),
  );
  return (
    <form className="space-y-4" onSubmit={form.submit} noValidate>
      <Field label={words.email} error={form.errors.email}>
        {(control) => (
          <input
            {...control}
            type="email"
            autoComplete="off"
            autoFocus
            value={form.values.email}
            onChange={form.type("email")}
            className="field"
          />
        )}
      </Field>
      <Field label={say.people.role} help={words.roleHelp}>
        {(control) => (
          <RoleSelect
            {...control}
            roles={roles}
            own={organization.role}
            value={form.values.role}
            change={(role) => form.set("role", role)}
          />
        )}
      </Field>
      {form.error !== null && <ErrorNote error={form.error} />}
      <Button type="submit" look="primary" disabled={form.busy}>
        {words.go}
      </Button>
    </form>
  );
}
