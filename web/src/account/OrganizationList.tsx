import type { Organization } from "@steward/sdk";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useClient } from "../api/client.ts";
import { keys } from "../api/queries.ts";
import { useSignedIn } from "../api/session.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { roleWords } from "../people/role-words.ts";
import { Section } from "../settings/Section.tsx";
import { Button } from "../ui/Button.tsx";
import { Unlock } from "./Unlock.tsx";
import { needed, wrongs } from "../ui/checks.ts";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { Cell, Row, Table } from "../ui/Table.tsx";
import { useAct } from "../ui/use-act.ts";
import { useForm } from "../ui/use-form.ts";
import { visible } from "../visible.ts";
import { dateWords } from "../words.ts";

const { organizations: words } = say.account;

/** Where the person belongs; a deleted organization can be brought back from here. */
export function OrganizationList() {
  const { organizations } = useSignedIn();
  const [making, setMaking] = useState(false);
  return (
    <Section
      id="organizations"
      title={words.title}
      what={words.what}
      action={!making && <Button onClick={() => setMaking(true)}>{words.new}</Button>}
    >
      {making && <NewOrganization close={() => setMaking(false)} />}
      <Table
        label={words.title}
        columns={[
          { name: words.name },
          { name: words.role, className: "w-[34%]" },
          { name: words.actions, className: "w-36", right: true },
        ]}
      >
        {organizations.map((organization) => (
          <OrganizationRow key={organization.id} organization={organization} />
        ))}
      </Table>
    </Section>
  );
}

function OrganizationRow({ organization }: { organization: Organization }) {
  const { id, name, role, permissions, deletedAt, recoverableUntil: until } = organization;
  const { places, locked } = useSignedIn();
  const lock = locked.find((one) => one.organization.id === id);
  const client = useClient();
  const navigate = useNavigate();
  const restore = useAct({
    act: () => client.restoreOrganization({ organization: id }),
    changes: [keys.session],
    said: () => words.restored(name),
  });
  const project = places.find((place) => place.organization.id === id)?.project.id;
  const open = () => void navigate({ ...paths.organization(), search: { organization: id, project } });
  return (
    <Row>
      <Cell className="font-medium">{visible(name)}</Cell>
      <Cell className="text-13 text-text-2">
        {until === null ? roleWords(role, []) : words.deletedUntil(dateWords(Date.parse(until)))}
      </Cell>
      <Cell right>
        {lock && <Unlock locked={lock} className="h-7" />}
        {deletedAt === null && !lock && (
          <Button look="quiet" className="h-7" aria-label={words.openOf(name)} onClick={open}>
            {words.open}
          </Button>
        )}
        {deletedAt !== null && permissions.includes("organization.delete") && (
          <Button
            look="quiet"
            className="h-7"
            aria-label={words.restoreOf(name)}
            disabled={restore.isPending}
            onClick={() => restore.mutate()}
          >
            {words.restore}
          </Button>
        )}
      </Cell>
    </Row>
  );
}

function NewOrganization({ close }: { close: () => void }) {
  const client = useClient();
  const create = useAct({
    act: (name: string) => client.createOrganization({ body: { name } }),
    changes: [keys.session],
    said: (name) => words.created(name),
    quiet: true,
    after: close,
  });
  const form = useForm(
    { name: "" },
    ({ name }) => wrongs({ name: needed(name) }),
    async ({ name }) => void (await create.mutateAsync(name.trim())),
  );
  return (
    <form className="motion-appear max-w-md space-y-4 px-4 pb-4 md:px-6" onSubmit={form.submit} noValidate>
      <Field label={words.name} help={say.entry.first.organizationHelp} error={form.errors.name}>
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
      {form.error !== null && <ErrorNote error={form.error} />}
      <div className="flex gap-2">
        <Button type="submit" look="primary" disabled={form.busy}>
          {words.create}
        </Button>
        <Button look="quiet" onClick={close}>
          {say.cancel}
        </Button>
      </div>
    </form>
  );
}
