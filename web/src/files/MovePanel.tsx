import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useClient } from "../api/client.ts";
import { dataKeys, fileQuery } from "../api/data-queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { wrongs } from "../ui/checks.ts";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { Panel } from "../ui/Panel.tsx";
import { useAct } from "../ui/use-act.ts";
import { useForm } from "../ui/use-form.ts";
import { isPath, nameOf } from "./file-path.ts";

const { move: words } = say.data.files;

/** Moving a file. */
export function MoveFilePanel({ id, close }: { id: string; close: () => void }) {
  const { here } = useSession();
  const file = useQuery(fileQuery(useClient(), here.project.id, id));
  if (file.data === undefined) return null;
  return <MovePanel key={file.data.path} from={file.data.path} close={close} moved={close} />;
}

/** Moving or renaming the file or folder at a path: what it is called is the end of where it is. */
export function MovePanel({
  from,
  close,
  moved,
}: {
  from: string;
  close: () => void;
  /** Told the new path. */
  moved: (to: string) => void;
}) {
  const client = useClient();
  const { here } = useSession();
  const [overwrite, setOverwrite] = useState(false);
  const move = useAct({
    act: (to: string) => client.moveFiles({ body: { from, to, overwrite } }),
    changes: [dataKeys.files(here.project.id)],
    said: (to, { files }) => words.done(to, files),
    quiet: true,
    after: (_, to) => moved(to),
  });
  const form = useForm(
    { to: from },
    ({ to }) => wrongs({ to: to === from ? words.same : isPath(to) ? undefined : words.wrong }),
    async ({ to }) => void (await move.mutateAsync(to)),
  );
  const title = words.title(nameOf(from));
  return (
    <Panel title={title} label={title} close={close}>
      <form className="space-y-4 p-4" onSubmit={form.submit} noValidate>
        <Field label={words.to} help={words.toHelp} error={form.errors.to}>
          {(control) => (
            <input
              {...control}
              autoFocus
              spellCheck={false}
              autoCapitalize="off"
              maxLength={1024}
              value={form.values.to}
              onChange={form.type("to")}
              className="field font-mono text-13"
            />
          )}
        </Field>
        <label className="flex items-start gap-2 text-13">
          <input
            type="checkbox"
            checked={overwrite}
            onChange={({ target }) => setOverwrite(target.checked)}
            className="mt-0.5"
          />
          <span>
            {words.overwrite}
            <span className="block text-12 text-text-3">{words.overwriteHelp}</span>
          </span>
        </label>
        {form.error !== null && <ErrorNote error={form.error} />}
        <Button type="submit" look="primary" disabled={form.busy}>
          {words.do}
        </Button>
      </form>
    </Panel>
  );
}
