import type { SignOnConnection } from "@steward/sdk";
import { useState } from "react";
import { useClient } from "../api/client.ts";
import { signOnKeys } from "../api/sign-on-queries.ts";
import { say } from "../language.ts";
import { useOrganization } from "../people/use-organization.ts";
import { Button } from "../ui/Button.tsx";
import { Confirm } from "../ui/Confirm.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Panel } from "../ui/Panel.tsx";
import { useAct } from "../ui/use-act.ts";
import { useForm } from "../ui/use-form.ts";
import {
  connectionChange,
  connectionForm,
  connectionWrongs,
  EMPTY_CONNECTION,
  newConnection,
  type ConnectionForm,
  type ConnectionKind,
} from "./connection-form.ts";
import { ConnectionFacts } from "./ConnectionFacts.tsx";
import { ConnectionFields } from "./ConnectionFields.tsx";
import { TryConnection } from "./TryConnection.tsx";

const { form: words } = say.people.signOn;

/** A provider: what it must know of us, what we must know of it. Without a `connection` a new one. */
export function ConnectionPanel({
  kind,
  connection,
  close,
  made,
}: {
  kind: ConnectionKind;
  connection: SignOnConnection | null;
  close: () => void;
  made: (id: string) => void;
}) {
  const { may } = useOrganization();
  const title = connection === null ? (kind === "oidc" ? words.newOidc : words.newSaml) : words.of(connection.name);
  return (
    <Panel title={title} label={title} close={close}>
      <div className="space-y-6 p-4">
        {connection !== null && <ConnectionFacts connection={connection} />}
        {connection?.enabled === true && <TryConnection connection={connection} />}
        {may("sign_on.write") && <Fields key={connection?.changedAt} kind={kind} connection={connection} made={made} />}
        {may("sign_on.write") && connection !== null && <Remove connection={connection} close={close} />}
      </div>
    </Panel>
  );
}

function Fields({
  kind,
  connection,
  made,
}: {
  kind: ConnectionKind;
  connection: SignOnConnection | null;
  made: (id: string) => void;
}) {
  const client = useClient();
  const { organization } = useOrganization();
  const at = { organization: organization.id };
  const save = useAct({
    act: (form: ConnectionForm) =>
      connection === null
        ? client.createSignOnConnection({ ...at, body: newConnection(kind, form) })
        : client.changeSignOnConnection({ ...at, connection: connection.id, body: connectionChange(kind, form) }),
    changes: [signOnKeys.connections(organization.id)],
    said: ({ name }) => (connection === null ? words.added(name) : words.saved(name)),
    quiet: true,
    after: ({ id }) => connection === null && made(id),
  });
  const form = useForm<ConnectionForm>(
    connection === null ? EMPTY_CONNECTION : connectionForm(connection),
    (values) => connectionWrongs(kind, values, connection === null),
    async (values) => void (await save.mutateAsync(values)),
  );
  return (
    <form className="space-y-4" onSubmit={form.submit} noValidate>
      <ConnectionFields
        kind={kind}
        isNew={connection === null}
        values={form.values}
        errors={form.errors}
        type={form.type}
        set={form.set}
      />
      {form.error !== null && <ErrorNote error={form.error} />}
      <Button type="submit" look="primary" disabled={form.busy}>
        {connection === null ? words.add : words.save}
      </Button>
    </form>
  );
}

function Remove({ connection: { id, name }, close }: { connection: SignOnConnection; close: () => void }) {
  const client = useClient();
  const { organization } = useOrganization();
  const [asking, setAsking] = useState(false);
  const remove = useAct({
    act: () => client.deleteSignOnConnection({ organization: organization.id, connection: id }),
    changes: [signOnKeys.connections(organization.id)],
    said: () => words.removed(name),
    after: close,
  });
  return (
    <>
      <Button look="danger" disabled={remove.isPending} onClick={() => setAsking(true)}>
        {words.remove}
      </Button>
      <Confirm
        open={asking}
        close={() => setAsking(false)}
        title={words.removeTitle(name)}
        what={words.removeWhat}
        verb={words.remove}
        act={() => remove.mutate()}
      />
    </>
  );
}
