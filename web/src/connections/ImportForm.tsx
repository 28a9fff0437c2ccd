import { type FormEvent, useState } from "react";
import { useClient } from "../api/client.ts";
import { connectionKeys } from "../api/connection-queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { Busy } from "../ui/Busy.tsx";
import { Button } from "../ui/Button.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field, type FieldControl } from "../ui/Field.tsx";
import { useAct } from "../ui/use-act.ts";

const { form: words } = say.imported;

const ID = /^[a-z][a-z0-9_]{0,30}$/;
const FILE = "file";
const ADDRESS = "address";

interface Typed {
  readonly id: string;
  readonly from: typeof FILE | typeof ADDRESS;
  readonly file: File | null;
  readonly address: string;
  readonly server: string;
  readonly paths: string;
  readonly authentication: string;
}

/** The document of a service, from a file or its address, and what it does not say. `id` is of one that is imported again. */
export function ImportForm({ id, done }: { id: string | null; done: (connector: string) => void }) {
  const client = useClient();
  const { here } = useSession();
  const [typed, setTyped] = useState<Typed>({ ...EMPTY, id: id ?? "" });
  const [tried, setTried] = useState(false);
  const wrong = faultsOf(typed);
  const act = useAct({
    act: () => {
      const { address, file, from } = typed;
      const query = { ...choicesOf(typed), ...(from === ADDRESS ? { address: address.trim() } : {}) };
      return client.importConnector({ connector: typed.id, body: (from === FILE && file) || "", ...query });
    },
    changes: [connectionKeys.imported(here.project.id), connectionKeys.connectors(here.project.id)],
    said: (_, { title, operations }) => words.done(title, operations),
    quiet: true,
    after: ({ connector }) => done(connector),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.values(wrong).every((fault) => fault === null)) act.mutate();
  };
  const shown = tried ? wrong : NO_FAULTS;
  const change = (next: Partial<Typed>) => setTyped({ ...typed, ...next });
  return (
    <form className="space-y-4" onSubmit={submit} noValidate>
      {id === null ? (
        <Field label={words.id} help={words.idHelp} error={shown.id}>
          {(control) => <Line control={control} value={typed.id} change={(text) => change({ id: text })} mono />}
        </Field>
      ) : (
        <p className="text-13 text-text-2">{words.againWhat}</p>
      )}
      <Source typed={typed} change={change} shown={shown} />
      <details className="rounded-md border border-line px-3 py-2">
        <summary className="cursor-pointer text-13 font-medium">{words.more}</summary>
        <div className="space-y-4 pt-3 pb-1">
          {(["server", "paths", "authentication"] as const).map((field) => (
            <Field key={field} label={words[field]} help={words[`${field}Help`]}>
              {(control) => (
                <Line control={control} value={typed[field]} change={(text) => change({ [field]: text })} />
              )}
            </Field>
          ))}
        </div>
      </details>
      {act.isError && <ErrorNote error={act.error} />}
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" look="primary" disabled={act.isPending}>
          {words.go}
        </Button>
        <Busy on={act.isPending} label={words.going} />
      </div>
    </form>
  );
}

const EMPTY: Typed = { id: "", from: FILE, file: null, address: "", server: "", paths: "", authentication: "" };
const NO_FAULTS = { id: null, file: null, address: null };

function faultsOf({ id, from, file, address }: Typed): Readonly<Record<keyof typeof NO_FAULTS, string | null>> {
  return {
    id: ID.test(id) ? null : words.idWrong,
    file: from === FILE && file === null ? words.fileMissing : null,
    address: from === ADDRESS && !/^https?:\/\/\S+$/.test(address.trim()) ? words.addressWrong : null,
  };
}

/** What was left empty is the document's to say. */
function choicesOf({ server, paths, authentication }: Typed): Record<string, string> {
  const given = { server, paths, authentication };
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, text]) => (text.trim() === "" ? [] : [[name, text.trim()]])),
  );
}

function Source({
  typed: { from, address },
  change,
  shown,
}: {
  typed: Typed;
  change: (next: Partial<Typed>) => void;
  shown: Readonly<Record<keyof typeof NO_FAULTS, string | null>>;
}) {
  return (
    <>
      <fieldset>
        <legend className="text-13 font-medium">{words.from}</legend>
        <div className="mt-1 flex gap-5 text-13">
          {([FILE, ADDRESS] as const).map((one) => (
            <label key={one} className="flex items-center gap-2">
              <input type="radio" name="from" checked={from === one} onChange={() => change({ from: one })} />
              {one === FILE ? words.fromFile : words.fromAddress}
            </label>
          ))}
        </div>
      </fieldset>
      {from === FILE ? (
        <Field label={words.file} help={words.fileHelp} error={shown.file}>
          {(control) => (
            <input
              {...control}
              type="file"
              accept=".json,.yaml,.yml,application/json"
              onChange={({ target }) => change({ file: target.files?.[0] ?? null })}
              className="field file:mr-3 file:border-0 file:bg-transparent file:font-medium"
            />
          )}
        </Field>
      ) : (
        <Field label={words.address} help={words.addressHelp} error={shown.address}>
          {(control) => <Line control={control} value={address} change={(text) => change({ address: text })} mono />}
        </Field>
      )}
    </>
  );
}

function Line({
  control,
  value,
  change,
  mono = false,
}: {
  control: FieldControl;
  value: string;
  change: (text: string) => void;
  mono?: boolean;
}) {
  return (
    <input
      {...control}
      maxLength={2000}
      autoComplete="off"
      spellCheck={false}
      value={value}
      onChange={({ target }) => change(target.value)}
      className={mono ? "field font-mono text-13" : "field"}
    />
  );
}
