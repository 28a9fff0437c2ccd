import { GrantForm, LimitForm } from "@steward/sdk";
import { type FormEvent, useState } from "react";
import { say } from "../language.ts";
import { readJson } from "../json-text.ts";
import { Button } from "../ui/Button.tsx";
import { classes } from "../ui/classes.ts";
import { CodeArea } from "../ui/CodeArea.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { useFirstWrong } from "../ui/use-first-wrong.ts";
import { DraftFields } from "./DraftFields.tsx";
import { controlsOf } from "./draft-controls.ts";
import { type FormProblem, placeProblems, problemsOf } from "./form-problems.ts";
import { draftOf, formOf, type GrantDraft } from "./grant-draft.ts";

const { draft: words } = say.grants;

/** A grant or limit to write: as a form, or as JSON, which are the same thing. `send` gets the JSON. */
export function Editor({
  start,
  within,
  verb,
  busy,
  error,
  send,
}: {
  start: GrantDraft;
  /** Where the form stands in the body that is sent. */
  within: string;
  verb: string;
  busy: boolean;
  error: unknown;
  send: (form: unknown) => void;
}) {
  const [draft, setDraft] = useState(start);
  const [text, setText] = useState<string | null>(null);
  const [wrong, setWrong] = useState<readonly FormProblem[]>([]);
  const [tries, setTries] = useState(0);
  const form = useFirstWrong<HTMLFormElement>(tries, error);
  const refused = problemsOf(error, within);
  const asText = () => setText(JSON.stringify(formOf(draft), null, 2));
  const asForm = () => {
    const read = readDraft(draft, text ?? "");
    setWrong("problems" in read ? read.problems : []);
    if ("problems" in read) return;
    setDraft(read.draft);
    setText(null);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTries(tries + 1);
    const json = text === null ? null : readJson(text);
    setWrong(json !== null && !json.ok ? [{ field: "", message: words.notJson(json.why) }] : []);
    if (json === null) send(formOf(draft));
    else if (json.ok) send(json.value ?? {});
  };
  const placed = placeProblems(refused, text === null ? controlsOf(draft) : new Set());
  return (
    <form ref={form} className="space-y-5 p-4" onSubmit={submit} noValidate autoComplete="off">
      <div role="group" aria-label={words.view} className="inline-flex rounded-md border border-line p-0.5">
        <Toggle label={words.asForm} on={text === null} press={asForm} />
        <Toggle label={words.asJson} on={text !== null} press={asText} />
      </div>
      {text === null ? (
        <DraftFields draft={draft} change={setDraft} problem={placed.at} />
      ) : (
        <JsonField text={text} change={setText} />
      )}
      <Problems title={words.notForm} problems={wrong} />
      <Problems title={words.problems} problems={placed.rest} />
      {error !== null && refused.length === 0 && <ErrorNote error={error} />}
      <Button type="submit" look="primary" disabled={busy}>
        {verb}
      </Button>
    </form>
  );
}

function JsonField({ text, change }: { text: string; change: (text: string) => void }) {
  return (
    <Field label={words.json} help={words.jsonHelp}>
      {(control) => <CodeArea value={text} change={change} control={control} className="h-[52vh]" />}
    </Field>
  );
}

function Toggle({ label, on, press }: { label: string; on: boolean; press: () => void }) {
  return (
    <button
      type="button"
      aria-pressed={on}
      onClick={() => !on && press()}
      className={classes("h-7 rounded-sm px-2.5 text-13 font-medium", on ? "bg-surface-3 text-text-1" : "text-text-2")}
    >
      {label}
    </button>
  );
}

function Problems({ title, problems }: { title: string; problems: readonly FormProblem[] }) {
  if (problems.length === 0) return null;
  return (
    <div role="alert" className="rounded-md border border-failed/40 bg-failed/5 px-3 py-2.5 text-13">
      <p className="font-medium">{title}</p>
      <ul className="mt-1 space-y-0.5">
        {problems.map(({ field, message }) => (
          <li key={`${field} ${message}`} className="break-words">
            {field !== "" && <span className="font-mono text-12">{field} </span>}
            {message}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The draft that a JSON text is; else what keeps it from being one. */
function readDraft({ kind }: GrantDraft, text: string): { draft: GrantDraft } | { problems: readonly FormProblem[] } {
  const json = readJson(text);
  if (!json.ok) return { problems: [{ field: "", message: words.notJson(json.why) }] };
  const read = (kind === "grant" ? GrantForm : LimitForm).safeParse(json.value);
  if (read.success) return { draft: draftOf(kind, read.data) };
  return { problems: read.error.issues.map(({ path, message }) => ({ field: fieldOf(path), message })) };
}

function fieldOf(path: readonly PropertyKey[]): string {
  return path
    .map((part, place) => (typeof part === "number" ? `[${part}]` : `${place === 0 ? "" : "."}${String(part)}`))
    .join("");
}
