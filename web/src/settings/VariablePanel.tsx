import { IDENTIFIER } from "@steward/sdk";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useClient } from "../api/client.ts";
import { keys, variablesQuery } from "../api/queries.ts";
import { type Json, readJson } from "../json-text.ts";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { CodeArea } from "../ui/CodeArea.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { useNotices } from "../ui/Notices.tsx";
import { Panel } from "../ui/Panel.tsx";

/** Setting a variable; `name` is the one that is changed. */
export function VariablePanel({ name, close }: { name: string | null; close: () => void }) {
  const known = useInfiniteQuery({ ...variablesQuery(useClient()), enabled: name !== null });
  const before = known.data?.pages.flatMap(({ items }) => items).find((one) => one.name === name);
  const title = name === null ? say.settings.setVariable : `${say.settings.change}: ${name}`;
  return (
    <Panel title={title} label={title} close={close}>
      {name !== null && known.isPending ? null : (
        <VariableFields
          key={before?.setAt}
          fixed={name}
          start={before === undefined ? "" : JSON.stringify(before.value, null, 2)}
          close={close}
        />
      )}
    </Panel>
  );
}

function VariableFields({ fixed, start, close }: { fixed: string | null; start: string; close: () => void }) {
  const client = useClient();
  const queries = useQueryClient();
  const { tell } = useNotices();
  const [name, setName] = useState(fixed ?? "");
  const [text, setText] = useState(start);
  const [tried, setTried] = useState(false);
  const { settings } = say;
  const save = useMutation({
    mutationFn: () => client.putVariable({ name, body: { value: valueOf(text) } }),
    onSuccess: async () => {
      tell(settings.saved(name));
      await queries.invalidateQueries({ queryKey: keys.variables });
      close();
    },
  });
  return (
    <form
      className="space-y-4 p-4"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (IDENTIFIER.test(name)) save.mutate();
      }}
    >
      <Field
        label={settings.name}
        help={settings.nameHelp}
        error={tried && !IDENTIFIER.test(name) ? settings.nameWrong : null}
      >
        {(control) => (
          <input
            {...control}
            value={name}
            readOnly={fixed !== null}
            onChange={(event) => setName(event.target.value)}
            className="field font-mono text-13 read-only:bg-surface-2"
          />
        )}
      </Field>
      <Field label={settings.value} help={settings.valueHelp}>
        {(control) => <CodeArea control={control} value={text} change={setText} className="h-40" />}
      </Field>
      {save.isError && <ErrorNote error={save.error} />}
      <Button type="submit" look="primary" disabled={save.isPending}>
        {settings.save}
      </Button>
    </form>
  );
}

/** JSON where it is JSON, else the text itself. */
function valueOf(text: string): Json {
  const read = readJson(text);
  return read.ok ? (read.value ?? "") : text;
}
