import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { wrongs } from "../ui/checks.ts";
import { Field } from "../ui/Field.tsx";
import { Panel } from "../ui/Panel.tsx";
import { useForm } from "../ui/use-form.ts";
import { isPath, joinPath } from "./file-path.ts";

const { folderName: words } = say.data.files;

/** A folder is a part of paths and nothing else: this goes to where it will be. */
export function NewFolderPanel({
  folder,
  close,
  go,
}: {
  folder: string;
  close: () => void;
  go: (folder: string) => void;
}) {
  const form = useForm(
    { name: "" },
    ({ name }) => wrongs({ name: isPath(name) && !name.includes("/") ? undefined : words.wrong }),
    ({ name }) => Promise.resolve(go(joinPath(folder, name))),
  );
  return (
    <Panel title={words.title} label={words.title} close={close}>
      <form className="space-y-4 p-4" onSubmit={form.submit} noValidate>
        <Field label={words.label} help={words.help} error={form.errors.name}>
          {(control) => (
            <input
              {...control}
              autoFocus
              maxLength={255}
              value={form.values.name}
              onChange={form.type("name")}
              className="field"
            />
          )}
        </Field>
        <Button type="submit" look="primary">
          {words.go}
        </Button>
      </form>
    </Panel>
  );
}
