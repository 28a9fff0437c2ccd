import type { Table } from "@steward/sdk";
import { useClient } from "../api/client.ts";
import { dataKeys } from "../api/data-queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { needed, wrongs } from "../ui/checks.ts";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { Panel } from "../ui/Panel.tsx";
import { useAct } from "../ui/use-act.ts";
import { useForm } from "../ui/use-form.ts";

const { tables: words } = say.data;

export function RenamePanel({ table, close }: { table: Table; close: () => void }) {
  const client = useClient();
  const { here } = useSession();
  const rename = useAct({
    act: (name: string) => client.renameTable({ table: table.id, body: { name } }),
    changes: [dataKeys.tables(here.project.id)],
    said: (name) => words.rename.done(name),
    quiet: true,
    after: close,
  });
  const form = useForm(
    { name: table.name },
    ({ name }) => wrongs({ name: needed(name) }),
    async ({ name }) => void (await rename.mutateAsync(name.trim())),
  );
  return (
    <Panel title={words.rename.title} label={words.rename.title} close={close}>
      <form className="space-y-4 p-4" onSubmit={form.submit} noValidate>
        <Field label={words.form.name} help={words.rename.help} error={form.errors.name}>
          {(control) => (
            <input
              {...control}
              autoFocus
              maxLength={63}
              value={form.values.name}
              onChange={form.type("name")}
              className="field"
            />
          )}
        </Field>
        {form.error !== null && <ErrorNote error={form.error} />}
        <Button type="submit" look="primary" disabled={form.busy}>
          {words.rename.do}
        </Button>
      </form>
    </Panel>
  );
}
